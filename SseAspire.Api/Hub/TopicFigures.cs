namespace SseAspire.Api.Hub;

/// <summary>What a topic, or a pattern that somebody asked for, is doing.</summary>
/// <param name="Topic">The topic or pattern.</param>
/// <param name="Readers">Of a topic: how many readers get its events; of a pattern: how many ask for it.</param>
/// <param name="EventsPerSecond">How many events are published on it, over about the last five seconds.</param>
internal readonly record struct TopicFigures(string Topic, long Readers, double EventsPerSecond);
