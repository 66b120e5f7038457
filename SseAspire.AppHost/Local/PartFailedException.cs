namespace SseAspire.AppHost.Local;

/// <summary>A part cannot run. The message is one line that says which, why, and what to do.</summary>
internal sealed class PartFailedException(string message) : Exception(message);
