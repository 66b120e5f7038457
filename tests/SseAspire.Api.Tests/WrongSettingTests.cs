using System.Diagnostics;
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
        var start = new ProcessStartInfo("dotnet", [RepositoryRoot.AssemblyOf(part)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                [name] = value,
                ["DOTNET_ENVIRONMENT"] = "Development",
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{ServiceProcess.FreePort()}",
                ["ConnectionStrings__broker"] = $"127.0.0.1:{ServiceProcess.FreePort()}",
            },
        };
        using var service = Process.Start(start)!;
        _ = service.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        var errors = await service.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);

        await service.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(expected, errors.Trim());
        Assert.Equal(1, service.ExitCode);
    }
}
