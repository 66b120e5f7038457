namespace SseAspire.Api.Hub;

/// <summary>Readers that have not been given what was there for them a second ago.</summary>
/// <param name="Readers">How many.</param>
/// <param name="Events">How many events of the log the last of them is behind the hub.</param>
internal sealed record BehindFigures(long Readers, ulong Events);
