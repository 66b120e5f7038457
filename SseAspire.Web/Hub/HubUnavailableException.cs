namespace SseAspire.Web.Hub;

/// <summary>The API did not answer, not in time, or with a failure of its own.</summary>
internal sealed class HubUnavailableException(string reason, Exception? inner = null) : Exception(reason, inner);
