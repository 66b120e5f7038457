namespace SseAspire.Web.Live;

/// <summary>The topics of the live page.</summary>
internal static class Topics
{
    public const string Status = "status/host";
    public const string News = "news/earthquakes";
    public const string Notifications = "notifications";

    /// <summary>The type under which a notification is published.</summary>
    public const string NotificationType = "notification";
}
