using SseAspire.Testing;

namespace SseAspire.Docs.Tests;

/// <summary>
/// What the documents talk about, on free ports: the API as the AppHost runs it, with a log of its own;
/// one in production, which asks for keys; and where a document reads the real sources, those.
/// </summary>
internal sealed class Surroundings : IAsyncDisposable
{
    private const string PublishingKey = "a-key-for-publishers";

    private readonly EmbeddedBroker _broker = new();
    private readonly List<ServiceProcess> _services = [];
    private string? _production;

    /// <summary>The API.</summary>
    public ServiceProcess Api => _services[0];

    /// <summary>The origin of the user's own page, which may read.</summary>
    public Uri Page { get; } = new($"http://127.0.0.1:{ServiceProcess.FreePort()}");

    /// <summary>What commands find in their environment.</summary>
    public Dictionary<string, string> Environment { get; } = new() { ["PUBLISHING_KEY"] = PublishingKey };

    /// <summary>Starts what a document needs.</summary>
    public static async Task<Surroundings> OfAsync(Document document)
    {
        var surroundings = new Surroundings();
        try
        {
            await surroundings.StartAsync(string.Concat(document.Snippets.Select(snippet => snippet.Text)));
            return surroundings;
        }
        catch
        {
            await surroundings.DisposeAsync();
            throw;
        }
    }

    /// <summary>A text of a document with the addresses as they are.</summary>
    public string Translate(string text) => text
        .Replace("localhost:8081", Api.Address.Authority, StringComparison.Ordinal)
        .Replace("https://events.example.com", Api.Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)
        .Replace(ProductionAddress, _production, StringComparison.Ordinal)
        .Replace(UsualRedis, $"{RedisClient} -p {_broker.ConnectionString.Split(':', ',')[1]}", StringComparison.Ordinal);

    /// <summary>Waits until the API takes streams.</summary>
    public async Task ReadyAsync()
    {
        while (true)
        {
            try
            {
                using var answer = await Api.Client.GetAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not there yet.
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Publishes what a reader with nothing to read waits for.</summary>
    public async Task PublishAsync()
    {
        using var form = new FormUrlEncodedContent([new("topic", "orders/42"), new("type", "shipped"), new("data", "a parcel")]);
        using var answer = await Api.Client.PostAsync(new Uri("/events", UriKind.Relative), form, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
        {
            await service.DisposeAsync();
        }

        await _broker.DisposeAsync();
    }

    private const string ProductionAddress = "https://hub.example.org";
    private const string Producer = "PRODUCER";
    private const string RedisClient = "redis-cli";
    private const string UsualRedis = $"{RedisClient} -p 6379";

    private async Task StartAsync(string commands)
    {
        await _broker.InitializeAsync();
        // As redis-cli reads it, so that no password stands in a command.
        Environment["REDISCLI_AUTH"] = _broker.ConnectionString.Split("password=")[1];
        // Machines that are busy take long to append; that is not what is looked at here. Heartbeats are waited for.
        (string, string)[] usual = [("Log__AppendTimeout", "00:01:00"), ("Hub__Heartbeat", "00:00:02")];
        _services.Add(await ServiceProcess.StartApiAsync(
            _broker.ConnectionString,
            [.. usual, ("Cors__Origins__0", "http://localhost:8080"), ("Cors__Origins__1", Page.GetLeftPart(UriPartial.Authority))]));
        if (commands.Contains(ProductionAddress, StringComparison.Ordinal))
        {
            var production = await ServiceProcess.StartApiAsync(
                _broker.ConnectionString,
                [
                    .. usual, ("DOTNET_ENVIRONMENT", "Production"), ("Log__Hub", "production"),
                    ("Publishing__Key", PublishingKey), ("Operations__Key", "a-key-for-operators"),
                ]);
            _services.Add(production);
            _production = production.Address.GetLeftPart(UriPartial.Authority);
        }

        if (commands.Contains(RedisClient, StringComparison.Ordinal))
        {
            ShellCommand.Needed(RedisClient);
            // Who looks into Redis has a log there.
            await PublishAsync();
        }

        var readsSources = commands.Contains("topic=status/", StringComparison.Ordinal) || commands.Contains("topic=news/", StringComparison.Ordinal);
        if (readsSources || commands.Contains($"${Producer}", StringComparison.Ordinal))
        {
            var producer = await ServiceProcess.StartAsync(
                "SseAspire.Producer",
                ("ConnectionStrings__broker", _broker.ConnectionString),
                ("Operations__Enabled", "true"),
                ("Sources__Host__Enabled", $"{readsSources}"),
                ("Sources__Earthquakes__Enabled", $"{readsSources}"),
                // The recording: what the world's feed tells is not the same each time, and may not be reached.
                ("Sources__Earthquakes__Feed", "http://127.0.0.1:9/"),
                ("Sources__Earthquakes__ReplayPace", "00:00:01"));
            _services.Add(producer);
            Environment[Producer] = producer.Address.GetLeftPart(UriPartial.Authority);
        }
    }
}
