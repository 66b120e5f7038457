namespace SseAspire.Web.Console;

/// <summary>What is wrong with a field.</summary>
/// <param name="Reason">A key of the page's texts.</param>
/// <param name="Bounds">For the text's places.</param>
internal sealed record WrongValue(string Reason, params object[] Bounds);
