namespace SseAspire.Api.Tests;

/// <summary>What a server answered, byte for byte as it came.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Headers">The headers, without regard to case.</param>
/// <param name="Body">The body; nothing of an event stream, which has no end.</param>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string ContentType => Headers.GetValueOrDefault("Content-Type", "");
}
