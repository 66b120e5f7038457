namespace SseAspire.Api.Tests.Proxies;

/// <summary>A proxy that runs; disposing it ends it.</summary>
internal interface IProxy : IAsyncDisposable
{
    /// <summary>Where it listens, over TLS.</summary>
    Uri Address { get; }
}
