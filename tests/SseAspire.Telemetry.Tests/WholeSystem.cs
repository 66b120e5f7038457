using SseAspire.Testing;

namespace SseAspire.Telemetry.Tests;

/// <summary>A producer, two replicas of the API and the front end, on one broker, all told to one collector.</summary>
public sealed class WholeSystem : IAsyncLifetime
{
    /// <summary>Events that each publisher traces per second.</summary>
    public const int MaxSpansPerSecond = 20;

    private readonly Cable _cable = Cable.To(0);

    internal ObservedSystem System { get; private set; } = null!;

    internal ServiceProcess Api { get; private set; } = null!;

    internal ServiceProcess Web { get; private set; } = null!;

    internal ServiceProcess Producer { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        System = await ObservedSystem.StartAsync();
        // The front end first: the API must be told its origin.
        var api = $"http://127.0.0.1:{_cable.Port}";
        Web = await System.StartPartAsync("Web", "w", ("Api__PublicUrl", api), ("services__api__http__0", api));
        (string, string)[] settings =
        [
            ("Cors__Origins__0", Web.Address.GetLeftPart(UriPartial.Authority)),
            ("Telemetry__MaxSpansPerSecond", $"{MaxSpansPerSecond}"),
        ];
        Api = await System.StartApiAsync("a", settings);
        _cable.LeadTo(Api.Address.Port);
        await System.StartApiAsync("b", settings);
        Producer = await System.StartPartAsync(
            "Producer", "p", ("Sources__Earthquakes__Enabled", "false"), ("Operations__Enabled", "true"),
            ("Telemetry__MaxSpansPerSecond", $"{MaxSpansPerSecond}"));
    }

    public async ValueTask DisposeAsync()
    {
        await System.DisposeAsync();
        await _cable.DisposeAsync();
    }
}
