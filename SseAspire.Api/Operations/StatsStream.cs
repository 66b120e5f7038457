using System.Buffers;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;
using SseAspire.Api.Hub;
using SseAspire.Api.Transports;

namespace SseAspire.Api.Operations;

/// <summary>
/// <c>GET /stats/stream</c>: the document of <c>GET /stats</c> as an event <c>stats</c> once a second (HTML standard,
/// 9.2), without end. It is written once for all who read it; a reader that is slow gets the newest when it can be
/// written again.
/// </summary>
internal sealed class StatsStream(
    Stats stats, EventHub hub, ConnectionLimits limits, IOptions<HubOptions> options, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private TaskCompletionSource<byte[]> _next = NewTick();
    private int _readers;

    /// <summary>Serves one request until its stream ends.</summary>
    public async Task ServeAsync(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (hub.IsDraining || !limits.TryAcquire(address))
        {
            await EventStream.RefuseAsync(context, hub.NextRetry());
            return;
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            limits.Release(address);
            EventStream.Open(context);
            return;
        }

        Interlocked.Increment(ref _readers);
        try
        {
            await WriteAsync(context);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or TimeoutException)
        {
            // The reader went away, or took nothing for as long as a write may hang.
            context.Abort();
        }
        finally
        {
            Interlocked.Decrement(ref _readers);
            limits.Release(address);
        }
    }

    /// <summary>Writes the document once a second, where somebody reads it.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (Volatile.Read(ref _readers) > 0)
            {
                Interlocked.Exchange(ref _next, NewTick()).SetResult(LayOut());
            }
        }
    }

    private async Task WriteAsync(HttpContext context)
    {
        var output = EventStream.Open(context);
        SseFormat.WriteRetry(output, hub.NextRetry());
        var opened = time.GetTimestamp();
        for (var frame = LayOut(); ; frame = await Volatile.Read(ref _next).Task.WaitAsync(context.RequestAborted))
        {
            if (hub.IsDraining || time.GetElapsedTime(opened) >= options.Value.MaxLifetime)
            {
                SseFormat.WriteClosing(output, hub.NextRetry());
                await output.FlushAsync(context.RequestAborted);
                return;
            }

            await output.WriteAsync(frame, context.RequestAborted).AsTask().WaitAsync(options.Value.WriteTimeout, time);
        }
    }

    private byte[] LayOut() => [.. "event: stats\ndata: "u8, .. JsonSerializer.SerializeToUtf8Bytes(stats.ReadHub(), JsonSerializerOptions.Web), .. "\n\n"u8];

    // Whoever lays the document out is not to be kept by those who write it.
    private static TaskCompletionSource<byte[]> NewTick() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
