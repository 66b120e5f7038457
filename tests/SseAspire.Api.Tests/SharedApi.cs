using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>
/// One API for the tests that need none of their own: each uses a topic of its own. They run one after another,
/// since dropping the streams drops everybody's.
/// </summary>
public sealed class SharedApi : IAsyncLifetime
{
    /// <summary>On a machine that is busy with other things an append takes long; that is not what these tests are about.</summary>
    internal static readonly (string Name, string Value) Patience = ("Log__AppendTimeout", "00:01:00");

    private readonly EmbeddedBroker _broker = new();
    private ServiceProcess? _api;

    internal ServiceProcess Api => _api!;

    /// <summary>An origin whose pages may read: a free port, for a page that a test serves.</summary>
    public Uri AllowedOrigin { get; } = new($"http://127.0.0.1:{ServiceProcess.FreePort()}");

    /// <summary>What an API of a test's own connects to.</summary>
    public string Broker => _broker.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        await _broker.InitializeAsync();
        _api = await ServiceProcess.StartApiAsync(
            Broker,
            Patience,
            ("Cors__Origins__0", AllowedOrigin.GetLeftPart(UriPartial.Authority)),
            ("Cors__Origins__1", "http://also-allowed.example"),
            // As htmx's event streams need it.
            ("Cors__Credentials", "true"),
            // Who takes gzip gets it, though there are not so many that it pays.
            ("Hub__CompressFrom", "1"),
            ("Hub__Heartbeat", "00:00:01"),
            ("Hub__Retry", "00:00:00.200"));
    }

    /// <summary>Starts an API with settings of its own, and a log of its own.</summary>
    internal Task<ServiceProcess> StartAnotherAsync(params (string Name, string Value)[] settings) =>
        ServiceProcess.StartApiAsync(Broker, [Patience, ("Log__Hub", $"test-{Guid.NewGuid():N}"), .. settings]);

    public async ValueTask DisposeAsync()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        await _broker.DisposeAsync();
    }
}

/// <summary>The tests that share it.</summary>
[CollectionDefinition(nameof(SharedApi))]
public sealed class SharedApiGroup : ICollectionFixture<SharedApi>;
