using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using SseAspire.Benchmarks.Load;

namespace SseAspire.Benchmarks.Servers;

/// <summary>A server in a process of its own on a free loopback port, and what it costs. Disposing it ends it.</summary>
internal abstract class ServerProcess : IDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly HttpClient _http;
    private readonly ConcurrentQueue<string> _log = new();

    /// <param name="address">Where it is told to listen.</param>
    /// <param name="start">How it is started.</param>
    protected ServerProcess(IPEndPoint address, ProcessStartInfo start)
    {
        Address = address;
        _http = new HttpClient { BaseAddress = new Uri($"http://{Address}") };
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => TakeLine(line.Data);
        _process.ErrorDataReceived += (_, line) => TakeLine(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public IPEndPoint Address { get; }

    /// <summary>The path of the stream, with its query.</summary>
    public abstract string StreamPath { get; }

    /// <summary>How a reader asks for the stream.</summary>
    public virtual StreamRequest Stream => new(StreamPath);

    /// <summary>The path of the stream that begins with the oldest event kept.</summary>
    public virtual string ReplayPath => throw new NotSupportedException($"{GetType().Name} keeps no events.");

    /// <summary>How often it has read from its broker's log; null where it has none that tells.</summary>
    public virtual long? LogReads => null;

    /// <summary>Resident memory, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Processor time since its start.</summary>
    public CpuTime CpuTime
    {
        get
        {
            _process.Refresh();
            return new CpuTime(_process.UserProcessorTime, _process.PrivilegedProcessorTime);
        }
    }

    /// <summary>What the server has allocated since its start, and how often it has collected; null where it has no managed heap.</summary>
    public virtual Allocation? Allocation => null;

    /// <summary>Starts a server and returns when it is ready.</summary>
    /// <exception cref="BenchmarkException">It does not come up; the message has what it wrote.</exception>
    public static ServerProcess Start(ServerKind kind)
    {
        ServerProcess server = kind switch
        {
            ServerKind.Hub => new HubServer(),
            ServerKind.Observed => new ObservedHubServer(),
            ServerKind.Naive => new NaiveServer(),
            ServerKind.Nchan => new NchanServer(),
            ServerKind.SignalR => new SignalRServer(),
            _ => new BetterSseServer(),
        };
        try
        {
            server.WaitUntilReady();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>The hub and those that are measured beside it.</summary>
    public static IReadOnlyList<ServerKind> Rivals =>
        [ServerKind.Hub, ServerKind.Naive, ServerKind.Nchan, ServerKind.SignalR, ServerKind.BetterSse];

    /// <summary>Why a server cannot be measured here, or null where it can.</summary>
    public static string? WhyMissing(ServerKind kind) => kind switch
    {
        ServerKind.Nchan => NchanServer.Missing,
        ServerKind.BetterSse => BetterSseServer.Missing,
        _ => null,
    };

    /// <summary>What a server's figures depend on besides .NET, with its version; null where that is all.</summary>
    public static string? VersionOf(ServerKind kind) => kind switch
    {
        ServerKind.Nchan => NchanServer.Version,
        ServerKind.BetterSse => BetterSseServer.Version,
        _ => null,
    };

    /// <summary>The id of the last event published, as it stands in the answer to the publication: the last string of its JSON.</summary>
    public static string LastIdOf(string answer) => answer.Split('"') is { Length: > 2 } parts
        ? parts[^2]
        : throw new BenchmarkException($"There is no event's id in '{answer}'.");

    /// <summary>How many of the readers would get an event that is published now.</summary>
    protected abstract int CountServed(ReaderFleet readers);

    /// <summary>Waits until every reader is served.</summary>
    public void WaitFor(ReaderFleet readers)
    {
        var started = Stopwatch.GetTimestamp();
        int served;
        while ((served = CountServed(readers)) < readers.Count)
        {
            if (Stopwatch.GetElapsedTime(started) > StartPatience)
            {
                throw Failed($"serves only {served} of {readers.Count} readers");
            }

            Thread.Sleep(50);
        }
    }

    /// <summary>Publishes events in their order, with as few requests as the server allows, and returns when it has them.</summary>
    /// <returns>What it answered to the last request.</returns>
    public virtual string Publish(PublishingConnection connection, IReadOnlyList<string> data)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            data.Select(each => new Publication(Publication.Benchmark, each)), JsonSerializerOptions.Web);
        var header = Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"POST /events HTTP/1.1\r\nHost: {Address}\r\nAuthorization: Bearer {HubServer.Key}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"));
        return connection.Send([.. header, .. body], count: 1);
    }

    public virtual void Dispose()
    {
        _http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static IPEndPoint FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }

    /// <summary>Asks for JSON; null where there is nothing at the path.</summary>
    protected JsonElement? Get(string path) => Ask(new HttpRequestMessage(HttpMethod.Get, path));

    protected string GetText(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = _http.Send(request);
        using var reader = new StreamReader(response.EnsureSuccessStatusCode().Content.ReadAsStream());
        return reader.ReadToEnd();
    }

    /// <summary>Posts text and takes JSON; null where there is none.</summary>
    protected JsonElement? Post(string path, string text) =>
        Ask(new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(text) });

    /// <summary>Writes an empty line to its standard input.</summary>
    protected void WriteLine()
    {
        _process.StandardInput.WriteLine();
        _process.StandardInput.Flush();
    }

    /// <summary>Takes a line of its standard output that is meant for this program.</summary>
    /// <returns>Whether it was.</returns>
    protected virtual bool TakeAnswer(string line) => false;

    protected BenchmarkException Failed(string how) => new($"{GetType().Name} {how}.\n{string.Join('\n', _log)}");

    private JsonElement? Ask(HttpRequestMessage request)
    {
        using (request)
        {
            // Nchan's name for JSON; the others have nothing else.
            request.Headers.Add("Accept", "text/json");
            using var response = _http.Send(request);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }

            using var body = response.EnsureSuccessStatusCode().Content.ReadAsStream();
            return body.Length == 0 ? null : JsonDocument.Parse(body).RootElement;
        }
    }

    private void WaitUntilReady()
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > StartPatience)
            {
                throw Failed("does not come up");
            }

            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
                using var response = _http.Send(request);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            Thread.Sleep(50);
        }
    }

    private void TakeLine(string? line)
    {
        if (line is null || TakeAnswer(line))
        {
            return;
        }

        _log.Enqueue(line);
        while (_log.Count > 50)
        {
            _log.TryDequeue(out _);
        }
    }
}
