using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using SseAspire.Testing;

namespace SseAspire.AppHost.Tests;

/// <summary>The AppHost without Aspire, with the real parts, as a person at a terminal meets it.</summary>
public sealed class LocalApplicationTests
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_starts_every_part_says_so_and_ends_them_all_on_ctrl_c()
    {
        NeedsProcFileSystem();
        await using var appHost = AppHostProcess.Start("--Broker=embedded");

        await appHost.ReadyAsync();
        Assert.Contains(appHost.Lines, line => line.StartsWith("broker   | ready at 127.0.0.1:", StringComparison.Ordinal));
        Assert.Contains(appHost.Lines, line => line.StartsWith("producer | ready at http://localhost:", StringComparison.Ordinal));
        Assert.Contains($"api      | ready at http://localhost:{appHost.ApiPort}/", appHost.Lines);
        Assert.Contains($"web      | ready at http://localhost:{appHost.WebPort}/", appHost.Lines);
        Assert.Contains($"SseAspire is ready: http://localhost:{appHost.WebPort}/  (Ctrl+C stops it)", appHost.Lines);

        using var http = new HttpClient();
        Assert.Contains("<html", await http.GetStringAsync(new Uri($"http://localhost:{appHost.WebPort}/"), Cancelled), StringComparison.OrdinalIgnoreCase);
        await HostEventArrivesAsync(http, appHost.ApiPort);

        // The API begins anew in its process, which is not what Ctrl+C has caught at first.
        using (var restarted = await http.PostAsync(new Uri($"http://localhost:{appHost.ApiPort}/operations/restart"), null, Cancelled))
        {
            Assert.Equal(HttpStatusCode.Accepted, restarted.StatusCode);
        }

        while (appHost.Lines.Count(line => line.Contains("The hub follows the event log", StringComparison.Ordinal)) < 2)
        {
            await Task.Delay(50, Cancelled);
        }

        await ListensAsync(appHost.ApiPort);
        await HostEventArrivesAsync(http, appHost.ApiPort);

        // A reader that stays does not hold it up.
        using var reader = await http.GetAsync(EventsAt(appHost.ApiPort), HttpCompletionOption.ResponseHeadersRead, Cancelled);
        appHost.CtrlC();
        Assert.Equal(0, await appHost.EndedAsync(StopTime));
        await appHost.NoPartIsLeftAsync(TimeSpan.Zero);
        Assert.DoesNotContain(appHost.Lines, line => line.Contains("is killed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_part_that_dies_is_named_and_ends_everything()
    {
        NeedsProcFileSystem();
        await using var appHost = AppHostProcess.Start("--Broker=embedded");
        await appHost.ReadyAsync();

        appHost.CrashPart("SseAspire.Api.dll");

        Assert.Equal(1, await appHost.EndedAsync(StopTime));
        await appHost.NoPartIsLeftAsync(TimeSpan.Zero);
        var reason = Assert.Single(appHost.Lines, line => line.StartsWith("SseAspire stops: ", StringComparison.Ordinal));
        Assert.StartsWith("SseAspire stops: api was ended by signal 9. Its lines above", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_part_outlives_an_AppHost_that_is_killed()
    {
        NeedsProcFileSystem();
        await using var appHost = AppHostProcess.Start("--Broker=embedded");
        await appHost.ReadyAsync();

        appHost.Crash();

        await appHost.NoPartIsLeftAsync(StopTime);
    }

    [Fact]
    public async Task It_uses_a_Redis_that_runs_already_and_as_many_replicas_as_are_set()
    {
        NeedsProcFileSystem();
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(cancellationToken: Cancelled);
        await using var appHost = AppHostProcess.Start($"--ConnectionStrings:broker={redis.ConnectionString}", "--Api:Replicas=2");

        await appHost.ReadyAsync();
        Assert.Contains($"broker   | ready at {redis.ConnectionString} (ConnectionStrings:broker)", appHost.Lines);
        Assert.Contains($"api-2    | ready at http://localhost:{appHost.ApiPort + 1}/", appHost.Lines);

        using var http = new HttpClient();
        await HostEventArrivesAsync(http, appHost.ApiPort);
        await HostEventArrivesAsync(http, appHost.ApiPort + 1);
    }

    [Theory]
    [InlineData("web", "Web")]
    [InlineData("api", "Api")]
    public async Task A_port_that_is_taken_is_named_with_the_setting_that_changes_it(string part, string section)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var appHost = AppHostProcess.Start($"--{section}:Port={port}");

        Assert.Equal(1, await appHost.EndedAsync());
        Assert.Equal(
            [$"SseAspire stops: port {port}, which {part} needs, is taken by another program. End that program, or set another port: {section}__Port={port + 10}."],
            appHost.Lines);
    }

    [Fact]
    public async Task A_Redis_that_does_not_answer_is_named()
    {
        await using var appHost = AppHostProcess.Start($"--ConnectionStrings:broker=127.0.0.1:{AppHostProcess.FreePort()},connectTimeout=500,connectRetry=1");

        Assert.Equal(1, await appHost.EndedAsync());
        Assert.StartsWith("SseAspire stops: broker does not answer at 127.0.0.1:", Assert.Single(appHost.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_is_refused_with_what_to_do_instead()
    {
        await using var appHost = AppHostProcess.Start("--Broker=container");

        Assert.Equal(1, await appHost.EndedAsync());
        Assert.StartsWith("SseAspire stops: Broker=container needs Aspire's packages", Assert.Single(appHost.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--Api:Replicas=0", "Replicas")]
    [InlineData("--Web:Port=http", "Web:Port")]
    [InlineData("--Broker=postgres", "Broker")]
    public async Task A_wrong_setting_is_named(string setting, string name)
    {
        await using var appHost = AppHostProcess.Start(setting);

        Assert.Equal(1, await appHost.EndedAsync());
        Assert.Contains(name, Assert.Single(appHost.Lines), StringComparison.Ordinal);
    }

    // What "curl -N" shows: headers at once, then what the machine does, once a second.
    private static async Task HostEventArrivesAsync(HttpClient http, int port)
    {
        var asked = Stopwatch.GetTimestamp();
        using var response = await http.GetAsync(EventsAt(port), HttpCompletionOption.ResponseHeadersRead, Cancelled);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(Stopwatch.GetElapsedTime(asked) < TimeSpan.FromSeconds(5), "The headers did not leave at once.");

        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancelled));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        for (var events = 0; events < 2;)
        {
            var line = await reader.ReadLineAsync(patience.Token);
            Assert.NotNull(line);
            if (line.StartsWith("data: {", StringComparison.Ordinal))
            {
                events++;
            }
        }
    }

    private static async Task ListensAsync(int port)
    {
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("localhost", port, Cancelled);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50, Cancelled);
            }
        }
    }

    private static Uri EventsAt(int port) => new($"http://localhost:{port}/events?topic=status/*");

    private static void NeedsProcFileSystem() =>
        Assert.SkipUnless(OperatingSystem.IsLinux(), "This test finds the AppHost's processes through /proc, which is Linux's.");
}
