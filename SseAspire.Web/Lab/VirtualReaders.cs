using System.Net.WebSockets;
using Microsoft.Extensions.ServiceDiscovery;
using SseAspire.Web.Demonstration;

namespace SseAspire.Web.Lab;

/// <summary>
/// Many readers of one topic over one transport, opened together and closed together. They are real clients of
/// the API, run by the front end so that the API's processor time is the cost of serving alone.
/// </summary>
internal sealed class VirtualReaders : IAsyncDisposable
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _closed = new();
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        UseCookies = false,
        UseProxy = false,
        // A trace of each would cost more than the reading, on both sides.
        ActivityHeadersPropagator = null,
    });

    private readonly VirtualReader[] _readers;
    private readonly Task[] _reading;

    private VirtualReaders(IReadOnlyList<Uri> api, LabTransport transport, string topic, int count, TimeSpan interval, TimeSpan spread)
    {
        _readers = [.. Enumerable.Range(0, count).Select(n => new VirtualReader(_http, api[n % api.Count], topic, interval))];
        _reading = [.. _readers.Select((reader, n) => ReadAsync(reader, transport, spread * n / count))];
    }

    /// <summary>Events that all of them have received.</summary>
    public long Received => _readers.Sum(reader => reader.Received);

    /// <summary>How many of them receive what comes.</summary>
    public int Reading => _readers.Count(reader => reader.IsReading);

    /// <summary>Begins to open them, over the API's replicas, and over some time: a herd would only wait for itself.</summary>
    public static async Task<VirtualReaders> OpenAsync(
        ServiceEndpointResolver services, LabTransport transport, LabRun run, TimeSpan spread, CancellationToken cancellationToken)
    {
        var found = await services.GetEndpointsAsync($"https+http://{DemonstrationOptions.Hub}", cancellationToken);
        Uri[] api = [.. found.Endpoints.Select(endpoint => new Uri(endpoint.EndPoint.ToString()!))];
        var interval = TimeSpan.FromSeconds(run.Settings.Interval);
        return new VirtualReaders(api, transport, run.Topic, run.Settings.Readers, interval, spread);
    }

    /// <summary>Closes them all.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await Task.WhenAll(_reading);
        _http.Dispose();
        _closed.Dispose();
    }

    private async Task ReadAsync(VirtualReader reader, LabTransport transport, TimeSpan delay)
    {
        while (!_closed.IsCancellationRequested)
        {
            await Task.Delay(delay, _closed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
            delay = Wait;
            try
            {
                await transport.Read(reader, _closed.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException or WebSocketException)
            {
                // Closed, or the API is away: it will be tried again.
            }
        }
    }
}
