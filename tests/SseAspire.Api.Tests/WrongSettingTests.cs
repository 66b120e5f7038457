using System.Diagnostics;
using System.Globalization;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>A service whose settings are not valid.</summary>
public sealed class WrongSettingTests
{
    [Theory]
    [InlineData("SseAspire.Api", "Hub__Heartbeat", "-00:00:01", "Wrong setting: Hub:Heartbeat: The field Heartbeat must be between 00:00:01 and 01:00:00.")]
    [InlineData("SseAspire.Api", "Hub__MaxTopics", "many", "Wrong setting: Failed to convert configuration value 'many' at 'Hub:MaxTopics' to type 'System.Int32'.")]
    [InlineData("SseAspire.Web", "Api__PublicUrl", "here", "Wrong setting: Api:PublicUrl must be an absolute http or https URL, such as https://hub.example.org.")]
    [InlineData("SseAspire.Web", "Demonstration__PublicUrl", "here", "Wrong setting: Demonstration:PublicUrl must be an absolute http or https URL, such as https://demonstration.example.org.")]
    public async Task It_ends_with_one_line_that_names_the_setting_and_exit_code_1(string part, string name, string value, string expected)
    {
        using var service = Start(part, $"http://127.0.0.1:{ServiceProcess.FreePort()}", (name, value));
        _ = service.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        var errors = await service.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);

        await service.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(expected, errors.Trim());
        Assert.Equal(1, service.ExitCode);
    }

    [Theory]
    [InlineData("SseAspire.Api", "Publishing", "http://0.0.0.0:{0}")]
    [InlineData("SseAspire.Api", "Publishing", "http://[::]:{0}")]
    [InlineData("SseAspire.Api", "Publishing", "http://localhost:0;http://*:{0}")]
    [InlineData("SseAspire.Producer", "Operations", "http://+:{0}")]
    public async Task A_service_that_others_can_reach_does_not_start_without_a_key(string part, string key, string urls)
    {
        urls = string.Format(CultureInfo.InvariantCulture, urls, ServiceProcess.FreePort()).Replace("localhost:0", $"localhost:{ServiceProcess.FreePort()}", StringComparison.Ordinal);
        using var service = Start(part, urls, ("Operations__Enabled", "true"));
        _ = service.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        var errors = await service.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);

        await service.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith($"Wrong setting: {key}:Key is not set, but the service listens on http://", errors, StringComparison.Ordinal);
        Assert.Contains($"Set {key}__Key to a secret", errors, StringComparison.Ordinal);
        Assert.Single(errors.Trim().Split('\n'));
        Assert.Equal(1, service.ExitCode);
    }

    [Fact]
    public async Task With_keys_a_service_that_others_can_reach_starts()
    {
        var url = $"http://0.0.0.0:{ServiceProcess.FreePort()}";
        using var service = Start("SseAspire.Api", url, ("Operations__Enabled", "true"), ("Publishing__Key", "a"), ("Operations__Key", "b"));
        try
        {
            string? line;
            do
            {
                line = await service.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
                Assert.NotNull(line);
            }
            while (!line.Contains("Application started", StringComparison.Ordinal));
        }
        finally
        {
            service.Kill();
        }
    }

    private static Process Start(string part, string urls, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [RepositoryRoot.AssemblyOf(part)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["DOTNET_ENVIRONMENT"] = "Development",
                ["ASPNETCORE_URLS"] = urls,
                ["ConnectionStrings__broker"] = $"127.0.0.1:{ServiceProcess.FreePort()}",
            },
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
