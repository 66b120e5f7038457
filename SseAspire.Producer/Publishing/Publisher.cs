using System.Threading.Channels;
using SseAspire.Broker;
using SseAspire.Producer.Sources;
using Activity = System.Diagnostics.Activity;
using ActivityStatusCode = System.Diagnostics.ActivityStatusCode;

namespace SseAspire.Producer;

/// <summary>
/// The way of one source's events to the log. What cannot be appended now waits here, and is appended in
/// order and once as soon as Redis is back: of <see cref="SourceKind.Facts"/> every event, of
/// <see cref="SourceKind.State"/> the one that was under way and the latest.
/// </summary>
/// <remarks>
/// The room is bounded. When it is full of facts <see cref="PublishAsync"/> waits, so that the source
/// stops reading: what it stands for is then still upstream, in a feed or behind a Last-Event-ID, where
/// there is more room than here and where it is found again. Dropping the oldest would lose it for good.
/// </remarks>
internal sealed partial class Publisher(
    string source, SourceKind kind, EventLog log, ProducerTelemetry telemetry, TimeProvider time, ILogger logger)
{
    /// <summary>Facts that wait here while Redis is away: an hour of three a second.</summary>
    internal const int MaxWaiting = 10_000;

    /// <summary>Events appended in one round trip.</summary>
    private const int MaxBatch = 200;

    // An append takes a millisecond; after this long something is wrong.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);

    private readonly Channel<Event> _waiting = Channel.CreateBounded<Event>(kind switch
    {
        SourceKind.State => new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
        _ => new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true },
    });

    /// <summary>Takes an event. Returns at once while there is room.</summary>
    public async ValueTask PublishAsync(Event @event, CancellationToken cancellationToken)
    {
        try
        {
            @event.Validate();
        }
        catch (InvalidEventException e)
        {
            // Upstream decides what it sends. One event that no log would take must not stop those behind it.
            EventRefused(source, e.Message);
            return;
        }

        await _waiting.Writer.WriteAsync(@event, cancellationToken);
    }

    /// <summary>Says that no more events will come: <see cref="RunAsync"/> ends when those here are appended.</summary>
    public void Complete() => _waiting.Writer.Complete();

    /// <summary>Appends what comes, until <see cref="Complete"/> or until it is given up.</summary>
    public async Task RunAsync(CancellationToken giveUp)
    {
        var batch = new List<Event>(MaxBatch);
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(giveUp))
            {
                batch.Clear();
                while (batch.Count < MaxBatch && _waiting.Reader.TryRead(out var next))
                {
                    batch.Add(next);
                }

                await AppendAsync(batch, giveUp);
            }
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            EventsLost(source, batch.Count + _waiting.Reader.Count);
        }
    }

    private async Task AppendAsync(List<Event> batch, CancellationToken giveUp)
    {
        var activities = new Activity?[batch.Count];
        for (var i = 0; i < batch.Count; i++)
        {
            activities[i] = telemetry.StartPublish(batch[i]);
            batch[i] = batch[i] with { TraceParent = activities[i]?.Id };
        }

        var backoff = new Backoff(FirstRetry, LongestRetry);
        try
        {
            while (true)
            {
                try
                {
                    telemetry.EventsPublished(source, (await AppendOrReportAsync(batch, giveUp)).New);
                    return;
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // It is the log's trouble and not these events': they have been validated.
                    telemetry.AppendFailed(source, batch.Count, (e as BrokerUnavailableException)?.Refusal);
                    var wait = backoff.Next();
                    AppendFailed(e, source, wait);
                    await Task.Delay(wait, time, giveUp);
                }
            }
        }
        catch (OperationCanceledException)
        {
            foreach (var activity in activities)
            {
                activity?.SetStatus(ActivityStatusCode.Error, "given up");
            }

            throw;
        }
        finally
        {
            foreach (var activity in activities)
            {
                activity?.Dispose();
            }
        }
    }

    /// <summary>Appends, and tells the operator when that takes long and when it is over.</summary>
    private async Task<Appended> AppendOrReportAsync(List<Event> batch, CancellationToken giveUp)
    {
        var appending = log.AppendAsync(batch, giveUp);
        try
        {
            return await appending.WaitAsync(Patience, time, giveUp);
        }
        catch (TimeoutException)
        {
            EventsWait(source, batch.Count + _waiting.Reader.Count);
        }

        var appended = await appending;
        EventsAppended(source, batch.Count, _waiting.Reader.Count);
        return appended;
    }

    [LoggerMessage(LogLevel.Warning, "An event of {Source} was refused: {Reason}")]
    private partial void EventRefused(string source, string reason);

    [LoggerMessage(LogLevel.Warning, "The log cannot be reached; {Count} events of {Source} wait and more will")]
    private partial void EventsWait(string source, int count);

    [LoggerMessage(LogLevel.Information, "The log is back: {Count} events of {Source} are appended, {Waiting} follow")]
    private partial void EventsAppended(string source, int count, int waiting);

    [LoggerMessage(LogLevel.Error, "Events of {Source} could not be appended; trying again in {Wait}")]
    private partial void AppendFailed(Exception exception, string source, TimeSpan wait);

    [LoggerMessage(LogLevel.Warning, "{Count} events of {Source} were given up: the producer stops while the log cannot be reached")]
    private partial void EventsLost(string source, int count);
}
