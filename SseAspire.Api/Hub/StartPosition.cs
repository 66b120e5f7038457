using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>Where a reader starts.</summary>
/// <param name="Cursor">The place before the first event it gets.</param>
/// <param name="Gap">What it must be told first: that its own cursor could not be found.</param>
internal readonly record struct StartPosition(EventId Cursor, Gap? Gap = null);
