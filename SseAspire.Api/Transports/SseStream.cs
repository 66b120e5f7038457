using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using SseAspire.Api.Hub;
using SseAspire.Api.Telemetry;
using SseAspire.Broker;

namespace SseAspire.Api.Transports;

/// <summary>
/// One open event stream: writes what its subscription reads, until either of them ends. It outlives the request that
/// opened it where it has the connection's socket.
/// </summary>
internal sealed class SseStream(
    EventHub hub,
    ConnectionLimits limits,
    StreamTelemetry telemetry,
    IPAddress address,
    OpenedStream opened,
    Subscription subscription,
    SseForm form,
    bool heartbeatEvent,
    PipeWriter? output,
    DirectSocket? socket)
{
    /// <summary>6. The transport only frames. Ends with the stream.</summary>
    /// <param name="gone">Tells that the client has gone.</param>
    public async Task RunAsync(CancellationToken gone)
    {
        try
        {
            using var left = gone.UnsafeRegister(
                static subscription => ((Subscription)subscription!).Close(CloseReason.Client), subscription);
            while (await WriteAsync(await subscription.ReadAsync()))
            {
            }
        }
        catch (Exception e) when (IsGone(e))
        {
            // The client went away in the middle of a write.
        }
        finally
        {
            End();
        }
    }

    /// <summary>Whether the failure of a write says only that the client has gone.</summary>
    public static bool IsGone(Exception e) => e is OperationCanceledException or IOException;

    /// <summary>Lets go of all that the stream holds.</summary>
    public void End()
    {
        subscription.Close(CloseReason.Client);
        hub.Unsubscribe(subscription);
        telemetry.Closed(opened, subscription);
        limits.Release(address);
    }

    /// <summary>Writes a reading, which the loop would else hold while it waits for the next. False at the end.</summary>
    private async ValueTask<bool> WriteAsync(Reading reading)
    {
        switch (reading.Kind)
        {
            case ReadingKind.Frames when reading.Frames.IsEmpty:
                return true;
            case ReadingKind.Frames:
                await SendAsync(reading.Frames);
                hub.Metrics.Written(Transport.Sse, reading);
                return true;
            case ReadingKind.Heartbeat:
                await SendAsync(LayOutHeartbeat(reading.Cursor));
                return true;
            case ReadingKind.Closed when subscription.ClosedBecause is CloseReason.Drain or CloseReason.Lifetime:
                await SendAsync(form.LayOutEnd(frame => SseFormat.WriteClosing(frame, hub.NextRetry())));
                return false;
            case ReadingKind.Closed:
                return false;
            default:
                throw new UnreachableException();
        }
    }

    private ValueTask SendAsync(ReadOnlyMemory<byte> frames) => socket?.SendAsync(frames) ?? SendThroughServerAsync(frames);

    private async ValueTask SendThroughServerAsync(ReadOnlyMemory<byte> frames) => await output!.WriteAsync(frames);

    // A lambda in the loop would be given its captures, which are allocated, with every reading.
    private ReadOnlyMemory<byte> LayOutHeartbeat(EventId cursor) =>
        form.LayOut(frame => SseFormat.WriteHeartbeat(frame, cursor, heartbeatEvent));
}
