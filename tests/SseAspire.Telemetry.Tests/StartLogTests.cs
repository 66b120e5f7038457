using SseAspire.Testing;

namespace SseAspire.Telemetry.Tests;

/// <summary>The log of a service that starts in Development.</summary>
public sealed class StartLogTests
{
    private static readonly string[] Libraries = ["StackExchange.Redis", "System.Net.Http.HttpClient", "Polly"];

    [Theory]
    [InlineData("Api")]
    [InlineData("Producer")]
    [InlineData("Web")]
    public async Task Libraries_log_neither_to_the_console_nor_over_OTLP_when_all_is_well(string part)
    {
        await using var system = await ObservedSystem.StartAsync();
        await using var service = await system.StartPartAsync(part, part, ("Sources__Earthquakes__Enabled", "false"));

        await system.Collector.WaitForAsync("the log of the start", () =>
            system.Collector.Logs.Any(log => log.Category == "Microsoft.Hosting.Lifetime"));

        Assert.DoesNotContain(system.Collector.Logs, log => Libraries.Any(library => log.Category.StartsWith(library, StringComparison.Ordinal)));
        Assert.DoesNotContain([.. Libraries, "Microsoft.AspNetCore"], library => service.Output.Contains($"info: {library}", StringComparison.Ordinal));
        Assert.InRange(service.Output.Split('\n').Length, 1, 20);
    }

    [Fact]
    public async Task The_configuration_overrides_the_levels()
    {
        await using var system = await ObservedSystem.StartAsync();
        await using var service = await system.StartApiAsync("verbose", ("Logging__LogLevel__StackExchange.Redis", "Information"));

        await system.Collector.WaitForAsync("the connection's steps over OTLP", () =>
            system.Collector.Logs.Any(log => log.Category.StartsWith("StackExchange.Redis", StringComparison.Ordinal)));
        Assert.Contains("info: StackExchange.Redis", service.Output, StringComparison.Ordinal);
    }
}
