namespace SseAspire.Testing;

/// <summary>What an event stream dispatches: an event, as a reader that follows the standard sees it.</summary>
/// <param name="LastEventId">The last event id string after it.</param>
/// <param name="Type">Its type, <c>message</c> where none was given.</param>
/// <param name="Data">Its data.</param>
public sealed record SseFrame(string LastEventId, string Type, string Data);
