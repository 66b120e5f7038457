using SseAspire.Broker;

namespace SseAspire.Producer.Sources;

/// <summary>Where events come from: the machine, a feed, another stream.</summary>
internal interface IEventSource
{
    /// <summary>Its name in logs and metrics.</summary>
    string Name { get; }

    /// <summary>Whether the settings switch it on.</summary>
    bool Enabled { get; }

    /// <summary>What its events are worth while the log cannot be reached.</summary>
    SourceKind Kind { get; }

    /// <summary>
    /// Yields events, in order, until cancelled; an end means that there will never be more. When it
    /// throws it is called again after a pause, on the same object: what has been yielded counts as
    /// delivered, and a source that can go on after it does.
    /// </summary>
    IAsyncEnumerable<Event> ReadAsync(CancellationToken cancellationToken);
}
