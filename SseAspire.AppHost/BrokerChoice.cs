namespace SseAspire.AppHost;

/// <summary>Which broker a developer's machine runs. When published it is always a Redis container.</summary>
internal enum BrokerChoice
{
    /// <summary>A container where a container engine answers, else the embedded one.</summary>
    Auto,

    /// <summary>Redis in a container.</summary>
    Container,

    /// <summary>Garnet inside this process.</summary>
    Embedded,
}
