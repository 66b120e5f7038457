namespace SseAspire.Producer.Sources;

/// <summary>What the events of a source are worth while the log cannot be reached.</summary>
internal enum SourceKind
{
    /// <summary>Each event replaces the one before: only the latest is kept.</summary>
    State,

    /// <summary>Each event stands for itself: all are kept, in order.</summary>
    Facts,
}
