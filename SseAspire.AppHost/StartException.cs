namespace SseAspire.AppHost;

/// <summary>The application cannot start. The message names the cause and what to do, in one line.</summary>
internal sealed class StartException(string message, Exception? cause = null) : Exception(message, cause);
