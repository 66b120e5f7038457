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
            while (true)
            {
                var reading = await subscription.ReadAsync();
                switch (reading.Kind)
                {
                    case ReadingKind.Frames when reading.Frames.IsEmpty:
                        break;
                    // Awaited here: a method between would allocate for each delivery that does not go at once.
                    case ReadingKind.Frames when socket is not null:
                        await socket.SendAsync(reading.Frames);
                        hub.Metrics.Written(Transport.Sse, reading);
                        break;
                    case ReadingKind.Frames:
                        // Who is gone is seen by the registration: a token would be registered with each write.
                        await output!.WriteAsync(reading.Frames, CancellationToken.None);
                        hub.Metrics.Written(Transport.Sse, reading);
                        break;
                    case ReadingKind.Heartbeat:
                        await SendAsync(LayOutHeartbeat(reading.Cursor));
                        break;
                    case ReadingKind.Closed when subscription.ClosedBecause is CloseReason.Drain or CloseReason.Lifetime or CloseReason.Failed:
                        await SendAsync(form.LayOutEnd(frame => SseFormat.WriteClosing(frame, hub.NextRetry())));
                        return;
                    case ReadingKind.Closed:
                        return;
                    default:
                        throw new UnreachableException();
                }
            }
        }
        catch (Exception e) when (IsGone(e))
        {
            // The client went away in the middle of a write.
        }
        catch (Exception e)
        {
            hub.ReaderFailed(e);
            subscription.Close(CloseReason.Failed);
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
        limits.Release(address, subscription.Group.Selection);
    }

    /// <summary>Sends what only this reader gets.</summary>
    private async ValueTask SendAsync(ReadOnlyMemory<byte> frame)
    {
        if (socket is not null)
        {
            await socket.SendAsync(frame);
        }
        else
        {
            await output!.WriteAsync(frame);
        }
    }

    // A lambda in the loop would be given its captures, which are allocated, with every reading.
    private ReadOnlyMemory<byte> LayOutHeartbeat(EventId cursor) =>
        form.LayOut(frame => SseFormat.WriteHeartbeat(frame, cursor, heartbeatEvent));
}
