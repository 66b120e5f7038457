namespace SseAspire.AppHost;

/// <summary>The broker in run mode. In publish mode it is always a Redis container.</summary>
internal enum BrokerChoice
{
    /// <summary>A container where a container engine answers, else the embedded one.</summary>
    Auto,

    /// <summary>Redis in a container.</summary>
    Container,

    /// <summary>Garnet in this process.</summary>
    Embedded,
}
