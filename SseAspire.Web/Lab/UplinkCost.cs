namespace SseAspire.Web.Lab;

/// <summary>
/// Bytes that a hundred messages of twenty bytes take to the server: as requests with the headers that a run's
/// own had, and over one WebSocket. <c>results.js</c> has the same for a visitor's run.
/// </summary>
internal sealed class UplinkCost(ShippedRun run)
{
    private const int Messages = 100;
    private const int MessageBytes = 20;

    /// <summary>A masked frame's header (RFC 6455, 5.2).</summary>
    private const int FrameBytes = 6;

    public double Requests { get; } =
        Messages * (MessageBytes + (run.Lanes["poll"].BytesIn ?? 0) / (run.Lanes["poll"].Requests ?? 1));

    public double WebSocket { get; } = Messages * (MessageBytes + FrameBytes);
}
