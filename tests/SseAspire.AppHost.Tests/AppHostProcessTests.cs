using System.Net;
using System.Net.Sockets;
using SseAspire.Api.Tests;

namespace SseAspire.AppHost.Tests;

/// <summary>The AppHost as a user meets it in a terminal: what it prints, what it answers, how it ends.</summary>
public sealed class AppHostProcessTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_prints_what_starts_and_the_addresses_of_the_front_end_and_of_the_dashboard()
    {
        await using var appHost = AppHostProcess.Start();
        await appHost.ReadyAsync();

        var page = (await appHost.LineAsync(@"^  Front end  (http://\S+)$")).Groups[1].Value;
        var dashboard = (await appHost.LineAsync(@"^  Dashboard  (http://\S+/login\?t=\S+)$")).Groups[1].Value;
        await appHost.LineAsync("^Press Ctrl");
        using var http = new HttpClient();
        Assert.Equal($"http://localhost:{appHost.WebPort}/", page);
        Assert.Contains("<html", await http.GetStringAsync(new Uri(page), Cancelled), StringComparison.OrdinalIgnoreCase);
        using var login = await http.GetAsync(new Uri(dashboard), Cancelled);
        Assert.Equal(HttpStatusCode.OK, login.StatusCode);

        Assert.Equal("SseAspire starts: broker (embedded), producer, api (2 replicas), demonstration (2 replicas), web.", appHost.Lines[0]);
        // Each part once, in no fixed order, then the summary: nothing else, and nothing that looks like a fault.
        Assert.Equal(
            ["api is ready", "broker is ready", "demonstration is ready", "producer is ready", "web is ready"],
            appHost.Lines.Skip(1).Take(5).Select(line => line.Split(" at ")[0]).Order(StringComparer.Ordinal));
        Assert.Equal(["", "SseAspire is ready after", $"  Front end  {page}", $"  Dashboard  {dashboard}", "Press Ctrl+C to stop."],
            appHost.Lines.Skip(6).Select(line => line.StartsWith("SseAspire is ready after", StringComparison.Ordinal) ? "SseAspire is ready after" : line));
    }

    [Theory]
    [InlineData("Ctrl+C")]
    [InlineData("SIGTERM")]
    public async Task On_a_signal_every_stream_ends_on_an_event_boundary_with_its_retry_and_every_process_ends(string signal)
    {
        await using var appHost = AppHostProcess.Start();
        await appHost.ReadyAsync();
        var api = new Uri($"http://localhost:{appHost.ApiPort}");
        OpenStream[] streams = [await OpenStream.OpenAsync(api, "topic=**"), await OpenStream.OpenAsync(api, "topic=**"), await OpenStream.OpenAsync(api, "topic=**")];
        foreach (var stream in streams)
        {
            await stream.NextAsync();
        }

        Assert.NotEmpty(appHost.Running);
        if (signal == "Ctrl+C")
        {
            appHost.PressCtrlC();
        }
        else
        {
            appHost.Terminate();
        }

        Assert.Equal(0, await appHost.EndedAsync());
        Assert.Empty(appHost.Running);
        Assert.Equal("SseAspire stops.", appHost.Lines[^1]);
        foreach (var stream in streams)
        {
            // Throws where the connection was cut instead of ended.
            await stream.Ended;
            Assert.NotNull(stream.Retry);
            await stream.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("Web:Port", "the front end")]
    [InlineData("Api:Port", "the API")]
    [InlineData("Demonstration:Port", "the demonstration")]
    public async Task A_port_in_use_is_named_with_the_setting_that_changes_it_before_anything_starts(string setting, string part)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var appHost = AppHostProcess.Start($"--{setting}={port}");

        Assert.Equal(1, await appHost.EndedAsync());
        Assert.Equal(
            [$"SseAspire cannot start. Port {port}, which {part} needs, is in use by another program. Stop that program, or choose another port: dotnet run --project SseAspire.AppHost -- --{setting}={port + 10}"],
            appHost.Lines);
    }

    [Fact]
    public async Task A_second_application_is_told_which_port_of_the_dashboard_to_change()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var appHost = AppHostProcess.Start($"--ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=http://localhost:{port}");

        Assert.Equal(1, await appHost.EndedAsync());
        Assert.EndsWith(
            $"choose another port: dotnet run --project SseAspire.AppHost -- --ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=http://localhost:{port + 10}",
            Assert.Single(appHost.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--Api:Replicas=0", "Api:Replicas")]
    [InlineData("--Web:Port=http", "Web:Port")]
    [InlineData("--Broker=postgres", "Broker")]
    [InlineData("--ASPIRE_ALLOW_UNSECURED_TRANSPORT=false", "applicationUrl")]
    public async Task A_wrong_setting_is_named_in_one_line(string argument, string setting)
    {
        await using var appHost = AppHostProcess.Start(argument);

        Assert.Equal(1, await appHost.EndedAsync());
        var line = Assert.Single(appHost.Lines);
        Assert.StartsWith("SseAspire cannot start. ", line, StringComparison.Ordinal);
        Assert.Contains(setting, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_that_fails_is_named_with_the_reason_and_what_to_do()
    {
        // Inherited by the services: a value that the API refuses.
        await using var appHost = AppHostProcess.StartWith("Hub__Heartbeat", "-00:00:01");

        var failure = await appHost.LineAsync("^api failed with exit code .*Hub:Heartbeat");

        Assert.True(failure.Success);
        await appHost.LineAsync(@"^  Its whole log: http://\S+ \(Console logs, api\)\. Correct the cause, then press Ctrl\+C and start the application again\.$");
        appHost.PressCtrlC();
        Assert.Equal(0, await appHost.EndedAsync());
        Assert.Empty(appHost.Running);
    }

    [Fact]
    public async Task A_part_that_crashes_is_named()
    {
        await using var appHost = AppHostProcess.Start();
        await appHost.ReadyAsync();

        appHost.Crash("/SseAspire.Producer");

        await appHost.LineAsync("^producer failed");
        appHost.PressCtrlC();
        Assert.Equal(0, await appHost.EndedAsync());
        Assert.Empty(appHost.Running);
    }
}
