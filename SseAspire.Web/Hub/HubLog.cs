namespace SseAspire.Web.Hub;

/// <summary>What the front end's operator should know of the API being away.</summary>
internal static partial class HubLog
{
    [LoggerMessage(LogLevel.Warning, "{Method} {Path} at the API failed: {Reason}")]
    public static partial void HubUnavailable(ILogger logger, string method, string path, string reason);
}
