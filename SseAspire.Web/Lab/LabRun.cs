using System.Globalization;
using System.Net;
using System.Text.Json;
using SseAspire.Web.Hub;

namespace SseAspire.Web.Lab;

/// <summary>
/// One run of the lab: numbered events, published to a topic of its own at a steady rate. The visitor's browser
/// reads them over all transports at once and watches the run; it begins with the first look at it, when the
/// browser's lanes are open, and ends by itself.
/// </summary>
/// <remarks>
/// An event's data is <c>{"n":1,"t":1795363132834.123,"p":"…"}</c>: its number from 1 on, when it was made by the
/// <see cref="LabClock"/>, and what fills it to its size.
/// </remarks>
internal sealed class LabRun : IDisposable
{
    /// <summary>How many events one publication may have: those that came due while the one before was under way.</summary>
    private const int MaxBatch = 50;

    /// <summary>The same in bytes of data.</summary>
    private const int MaxBatchBytes = 256 * 1024;

    /// <summary>After how long without a look the visitor is gone.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How long a run may be looked at after its events: a cut at the end has to heal.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(60);

    /// <summary>What is late by more than this is not made up for: the API was away.</summary>
    private const double Late = 10_000;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly HubClient _hub;
    private readonly LabClock _clock;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _watched = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _cutting = new(1);
    private volatile IReadOnlyList<LabCut> _cuts = [];
    private string _cursor;
    private double _began;
    private long _lookedAt;
    private int _published;
    private volatile bool _hubAway;
    private volatile bool _isPublished;

    public LabRun(LabSettings settings, IPAddress visitor, string id, string topic, string cursor, HubClient hub, LabClock clock, TimeProvider time)
    {
        (Settings, Visitor, Id, Topic, Cursor, _cursor) = (settings, visitor, id, topic, cursor, cursor);
        (_hub, _clock, _time) = (hub, clock, time);
        Meters = LabTransport.All.ToDictionary(transport => transport.Name, transport => $"{id}.{transport.Name}");
        _lookedAt = time.GetTimestamp();
    }

    public LabSettings Settings { get; }

    /// <summary>The visitor's address, as limits count it.</summary>
    public IPAddress Visitor { get; }

    /// <summary>Known to the visitor alone: whoever has it may watch, cut and stop the run.</summary>
    public string Id { get; }

    public string Topic { get; }

    /// <summary>Where all readers begin: before the first event.</summary>
    public string Cursor { get; }

    /// <summary>Under which names the API counts the lanes of the visitor's browser, by transport.</summary>
    public IReadOnlyDictionary<string, string> Meters { get; }

    /// <summary>What serving virtual readers costs; null where there are none.</summary>
    public ServingCost? Cost { get; init; }

    /// <summary>When the first event was due, by the clock of the lab; 0 before that.</summary>
    public double Began => Volatile.Read(ref _began);

    /// <summary>How many events are published.</summary>
    public int Published => Volatile.Read(ref _published);

    /// <summary>Whether that are all.</summary>
    public bool IsPublished => _isPublished;

    /// <summary>The API did not take the last event; it is being tried again.</summary>
    public bool IsHubAway => _hubAway;

    /// <summary>The cuts so far.</summary>
    public IReadOnlyList<LabCut> Cuts => _cuts;

    /// <summary>The visitor looks.</summary>
    public void Look()
    {
        Volatile.Write(ref _lookedAt, _time.GetTimestamp());
        _watched.TrySetResult();
    }

    /// <summary>Publishes no more; what was published may be looked at.</summary>
    public void Stop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended meanwhile.
        }
    }

    /// <summary>Cuts the network of the visitor's lanes, unless it is cut already. Null where that is not allowed.</summary>
    /// <exception cref="HubUnavailableException">The API is away.</exception>
    public async Task<LabCut?> CutAsync(CancellationToken cancellationToken)
    {
        await _cutting.WaitAsync(cancellationToken);
        try
        {
            if (_cuts is [.., var last] && _clock.Now < last.Until)
            {
                return last;
            }

            // From before it is asked for, so that it ends here not later than it really does.
            var cut = new LabCut(_clock.Now, _clock.Now + Settings.Cut * 1000);
            if (!await _hub.CutAsync(Meters.Values, Settings.Cut, cancellationToken))
            {
                return null;
            }

            _cuts = [.. _cuts, cut];
            return cut;
        }
        finally
        {
            _cutting.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _stop.Dispose();
        _cutting.Dispose();
    }

    /// <summary>Conducts the run until the visitor has seen its end, or is gone.</summary>
    public async Task ConductAsync(CancellationToken cancellationToken)
    {
        var watching = WatchAsync(cancellationToken);
        try
        {
            await _watched.Task.WaitAsync(_stop.Token);
            Volatile.Write(ref _began, _clock.Now);
            var measuring = Cost?.MeasureAsync(this, _stop.Token) ?? Task.CompletedTask;
            await PublishAsync(_stop.Token);
            await measuring;
        }
        catch (OperationCanceledException)
        {
            // Stopped, or nobody looks any more.
        }

        _isPublished = true;
        await watching;
    }

    /// <summary>Ends when nobody looks at the run any more or it has been looked at for long enough, and stops it.</summary>
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var longest = TimeSpan.FromSeconds(Settings.Seconds) + Aftermath;
        while (!cancellationToken.IsCancellationRequested
            && _time.GetElapsedTime(Volatile.Read(ref _lookedAt)) < Patience
            && _time.GetElapsedTime(started) < longest)
        {
            await Task.Delay(Patience / 10, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Stop();
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        var period = 1000 / Settings.Rate;
        var most = Math.Clamp(MaxBatchBytes / Settings.Size, 1, MaxBatch);
        // The first at once, the last within the time, and no rounding that adds one.
        var end = Began + Settings.Seconds * 1000 - 0.001;
        for (var due = Began; due < end;)
        {
            while (_clock.Now < due)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(1, due - _clock.Now)), _time, cancellationToken);
            }

            var until = Math.Min(_clock.Now, end - period / 2);
            var count = Math.Clamp(1 + (int)((until - due) / period), 1, most);
            await PublishAsync(count, cancellationToken);
            due += count * period;
            if (_clock.Now - due > Late)
            {
                due = _clock.Now;
            }
        }
    }

    private async Task PublishAsync(int count, CancellationToken cancellationToken)
    {
        var last = _published + count;
        var wait = FirstWait;
        while (_published < last)
        {
            try
            {
                if (_hubAway)
                {
                    // It may have taken what it could not confirm: published again, it would come twice.
                    await CatchUpAsync(cancellationToken);
                }
                else
                {
                    var batch = Enumerable.Range(_published + 1, last - _published).Select(EventOf).ToList();
                    _cursor = await _hub.PublishAsync(batch, cancellationToken);
                    Volatile.Write(ref _published, last);
                }
            }
            catch (HubUnavailableException)
            {
                _hubAway = true;
                await Task.Delay(wait * (0.75 + Random.Shared.NextDouble() / 2), _time, cancellationToken);
                wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
            }
        }
    }

    /// <summary>Finds out how many events the log has.</summary>
    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        var page = await _hub.ReadAfterAsync(Topic, _cursor, cancellationToken);
        _cursor = page.Next;
        if (page.Events is [.., var newest])
        {
            Volatile.Write(ref _published, JsonDocument.Parse(newest.Data).RootElement.GetProperty("n").GetInt32());
        }

        _hubAway = false;
    }

    private Publication EventOf(int number)
    {
        var start = string.Create(CultureInfo.InvariantCulture, $"{{\"n\":{number},\"t\":{_clock.Now:F3},\"p\":\"");
        return new Publication(Topic, $"{start}{new string('.', Math.Max(0, Settings.Size - start.Length - 2))}\"}}");
    }
}
