namespace SseAspire.Broker;

/// <summary>What became of a batch.</summary>
/// <param name="Ids">The id of each event in the log, in the order of the batch.</param>
/// <param name="New">How many of the events were appended. The others were in the log already, under the same own id and
/// first topic, and <paramref name="Ids"/> has the ids that they were given then.</param>
public sealed record Appended(IReadOnlyList<EventId> Ids, int New);
