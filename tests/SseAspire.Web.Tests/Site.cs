using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Microsoft.Playwright;
using SseAspire.EmbeddedRedis;
using SseAspire.Testing;

namespace SseAspire.Web.Tests;

/// <summary>
/// The real thing: front end and API as processes, on a broker of their own. Browsers and the front end
/// reach the API through a cable, so that a test can cut the network and nothing else. The API is the demonstration's hub
/// too, unless a test wants that to be another.
/// </summary>
public sealed class Site : IAsyncDisposable
{
    private readonly EmbeddedRedisServer _broker = EmbeddedRedisServer.Start();

    private readonly Cable _frontEndCable;

    private readonly Cable _demonstrationCable;

    private Site(Cable cable, Cable frontEndCable, Cable? demonstrationCable) =>
        (Cable, _frontEndCable, _demonstrationCable) = (cable, frontEndCable, demonstrationCable ?? cable);

    public Cable Cable { get; }

    /// <summary>What another API connects to, to be a replica of this one.</summary>
    public string Broker => _broker.ConnectionString;

    public ServiceProcess Web { get; private set; } = null!;

    public ServiceProcess Api { get; private set; } = null!;

    /// <summary>The demonstration's hub, where it is another.</summary>
    public ServiceProcess Demonstration { get; private set; } = null!;

    /// <summary>Starts one, with operations on unless a test wants to see what happens without.</summary>
    /// <param name="operations">Whether the API's are.</param>
    /// <param name="browsersAlone">Whether the front end goes around the cable, so that it carries what browsers read and nothing else.</param>
    /// <param name="demonstration">Whether the demonstration's hub is another than the API.</param>
    /// <param name="webSettings">More settings of the front end.</param>
    /// <param name="apiSettings">More settings of the API.</param>
    public static async Task<Site> StartAsync(
        bool operations = true,
        bool browsersAlone = false,
        bool demonstration = false,
        (string Name, string Value)[]? webSettings = null,
        params (string Name, string Value)[] apiSettings)
    {
        // The front end first: the API must be told its origin. Until the cable leads somewhere, the hub is away.
        var cable = Cable.To(0);
        var site = new Site(cable, browsersAlone ? Cable.To(0) : cable, demonstration ? Cable.To(0) : null);
        try
        {
            var hub = $"http://127.0.0.1:{site.Cable.Port}";
            var frontEndHub = $"http://127.0.0.1:{site._frontEndCable.Port}";
            site.Web = await ServiceProcess.StartAsync(
                "SseAspire.Web",
                [
                    ("Api__PublicUrl", hub), ("services__api__http__0", frontEndHub),
                    ("Demonstration__PublicUrl", $"http://127.0.0.1:{site._demonstrationCable.Port}"),
                    ("services__demonstration__http__0", demonstration ? $"http://127.0.0.1:{site._demonstrationCable.Port}" : frontEndHub),
                    .. webSettings ?? [],
                ]);
            (string, string)[] settings =
            [
                ("ConnectionStrings__broker", site._broker.ConnectionString),
                ("Cors__Origins__0", site.Web.Address.GetLeftPart(UriPartial.Authority)),
                ("Operations__Enabled", $"{operations}"),
                .. apiSettings,
            ];
            site.Api = await ServiceProcess.StartAsync("SseAspire.Api", settings);
            if (demonstration)
            {
                site.Demonstration = await ServiceProcess.StartAsync("SseAspire.Api", [.. settings, ("Log__Hub", "demonstration")]);
                site._demonstrationCable.LeadTo(site.Demonstration.Address.Port);
            }

            site.Cable.LeadTo(site.Api.Address.Port);
            site._frontEndCable.LeadTo(site.Api.Address.Port);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>Publishes as anybody does: over HTTP, to the API.</summary>
    public async Task PublishAsync(string topic, string? type, string data)
    {
        Dictionary<string, string> fields = new() { ["topic"] = topic, ["data"] = data };
        if (type is not null)
        {
            fields["type"] = type;
        }

        using var answer = await Api.Client.PostAsync(
            new Uri("/events", UriKind.Relative), new FormUrlEncodedContent(fields), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    /// <summary>Publishes many notifications, in one batch.</summary>
    public async Task PublishNotificationsAsync(int count, string text)
    {
        using var answer = await Api.Client.PostAsJsonAsync(
            new Uri("/events", UriKind.Relative),
            Enumerable.Range(1, count).Select(n => new { topic = "notifications", type = "notification", data = $"{text} {n}" }),
            TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    /// <summary>Opens the live page and waits until its stream is open.</summary>
    public async Task<IPage> OpenAsync(IPage page)
    {
        // Not until it is loaded: the chart library may come after the first events.
        await page.GotoAsync(Web.Address.ToString(), new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        await Assertions.Expect(Field(page, "state")).ToHaveTextAsync("Live");
        return page;
    }

    /// <summary>A field of the connection's panel.</summary>
    public static ILocator Field(IPage page, string name) => page.Locator($"#connection [data-field={name}]");

    /// <summary>A count of the connection's panel.</summary>
    public static async Task<int> CountAsync(IPage page, string name) =>
        int.Parse((await Field(page, name).TextContentAsync())!.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        if (Web is not null)
        {
            await Web.DisposeAsync();
        }

        if (Api is not null)
        {
            await Api.DisposeAsync();
        }

        if (Demonstration is not null)
        {
            await Demonstration.DisposeAsync();
        }

        await Cable.DisposeAsync();
        if (_demonstrationCable != Cable)
        {
            await _demonstrationCable.DisposeAsync();
        }

        if (_frontEndCable != Cable)
        {
            await _frontEndCable.DisposeAsync();
        }

        _broker.Dispose();
    }
}

/// <summary>One site for the tests of a class.</summary>
public sealed class SiteFixture : IAsyncLifetime
{
    public Site Site { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Site = await Site.StartAsync();

    public ValueTask DisposeAsync() => Site.DisposeAsync();
}

/// <summary>The same with a cable that carries what browsers read and nothing else.</summary>
public sealed class BrowsersAloneFixture : IAsyncLifetime
{
    public Site Site { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Site = await Site.StartAsync(browsersAlone: true);

    public ValueTask DisposeAsync() => Site.DisposeAsync();
}
