using SseAspire.Broker;

namespace SseAspire.Api.Hub;

/// <summary>What a subscription has for its connection to write, valid until the next read.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Frames">The frames, laid out; empty where there are none.</param>
/// <param name="Cursor">Where the reader is once this is written.</param>
/// <param name="Events">How many events the frames carry.</param>
/// <param name="ServedBy">Where the events came from.</param>
/// <param name="PublishedAt">At the head: when the newest event was made, in UTC ticks.</param>
internal readonly record struct Reading(
    ReadingKind Kind,
    ReadOnlyMemory<byte> Frames = default,
    EventId Cursor = default,
    int Events = 0,
    Source ServedBy = Source.Head,
    long PublishedAt = 0);

/// <summary>What a reading is.</summary>
internal enum ReadingKind
{
    /// <summary>Frames to write, or nothing: either way the next read follows.</summary>
    Frames,

    /// <summary>It was silent for long: show that the stream lives.</summary>
    Heartbeat,

    /// <summary>The stream ends: see <see cref="Subscription.ClosedBecause"/>.</summary>
    Closed,
}

/// <summary>Where events were read from.</summary>
internal enum Source
{
    /// <summary>The frames laid out for everybody at the head.</summary>
    Head,

    /// <summary>The window in memory.</summary>
    Window,

    /// <summary>The log in Redis.</summary>
    Log,
}
