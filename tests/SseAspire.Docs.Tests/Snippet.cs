namespace SseAspire.Docs.Tests;

/// <summary>A fenced block of a document.</summary>
/// <param name="Document">The file.</param>
/// <param name="Line">Where it stands there, from 1 on.</param>
/// <param name="Language">What its fence says.</param>
/// <param name="Text">What is in it.</param>
internal sealed record Snippet(string Document, int Line, string Language, string Text)
{
    /// <summary>What the document shows below it as its output, if it does.</summary>
    public string? Shown { get; init; }

    /// <summary>The language of that.</summary>
    public string ShownAs { get; init; } = "";

    /// <summary>Whether it does something.</summary>
    public bool IsRun => Language is "sh" or "js" or "csharp";

    /// <summary>Whether it runs until it is stopped.</summary>
    public bool IsEndless => Language is "sh" && Text.Contains("curl -N", StringComparison.Ordinal);

    /// <summary>Whether a block in this language, below one that is run, shows what that prints.</summary>
    public static bool IsOutput(string language) => language is "text" or "http" or "json";

    public override string ToString() => $"{Document}:{Line}";
}
