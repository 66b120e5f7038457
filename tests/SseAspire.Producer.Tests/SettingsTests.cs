using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SseAspire.Producer.Sources;

namespace SseAspire.Producer.Tests;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("Sources:Host:Interval", "00:00:00")]
    [InlineData("Sources:Host:Interval", "often")]
    [InlineData("Sources:Host:Enabled", "perhaps")]
    [InlineData("Sources:Earthquakes:Feed", "feed.geojson")]
    [InlineData("Sources:Earthquakes:Interval", "00:00:00.5")]
    [InlineData("Sources:Earthquakes:ReplayPace", "-00:00:01")]
    [InlineData("Sources:Relay:Url", "ftp://example.org/")]
    [InlineData("Sources:Relay:Url", "")]
    [InlineData("Sources:Relay:Topic", "")]
    [InlineData("Sources:Relay:Topic", "news/*")]
    [InlineData("Sources:Relay:SilenceLimit", "00:00:00")]
    public async Task A_wrong_setting_stops_the_producer_at_the_start_and_is_named(string setting, string value)
    {
        using var producer = Build(setting, value);

        var error = await Assert.ThrowsAnyAsync<Exception>(() => producer.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains(setting, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_settings_that_are_shipped_are_right()
    {
        using var producer = Build("Sources:Relay:Enabled", "true");

        await producer.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            "https://stream.wikimedia.org/v2/stream/recentchange",
            producer.Services.GetRequiredService<IOptions<RelaySourceOptions>>().Value.Url!.ToString());
    }

    private static IHost Build(string setting, string value)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"))
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Sources:Relay:Enabled"] = "true", [setting] = value });
        builder.AddSource<HostSource, HostSourceOptions>(HostSourceOptions.Section);
        builder.AddSource<EarthquakeSource, EarthquakeSourceOptions>(EarthquakeSourceOptions.Section);
        builder.AddSource<RelaySource, RelaySourceOptions>(RelaySourceOptions.Section);
        return builder.Build();
    }
}
