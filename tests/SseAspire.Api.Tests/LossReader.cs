using System.Globalization;
using System.Text.Json.Nodes;
using SseAspire.Broker;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>
/// A reader that reads every event of the log and accepts nothing but this: within an epoch ids without a hole, and where
/// there is a hole or another epoch, a gap before it that says how many events are missing.
/// </summary>
internal sealed class LossReader(string topic, int seed, IReadOnlyList<ServiceProcess> replicas)
{
    private readonly Random _random = new(seed);
    private readonly HashSet<ulong> _lostEpochs = [];
    private EventId? _last;
    private JsonNode? _gap;
    private volatile bool _hasStarted;

    /// <summary>Whether it was told where it starts: from then on it may miss nothing in silence.</summary>
    public bool HasStarted => _hasStarted;

    /// <summary>The id of the last event.</summary>
    public EventId Last => _last ?? EventId.Earliest;

    /// <summary>The numbers it was given.</summary>
    public HashSet<int> Numbers { get; } = [];

    /// <summary>How many streams it has opened.</summary>
    public int Streams { get; private set; }

    /// <summary>How many gaps it was told of.</summary>
    public int Gaps { get; private set; }

    /// <summary>What was not as promised.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Whether it was given an event, or told that the epoch of the event has lost some.</summary>
    public bool IsToldOf(int number, EventId id) => Numbers.Contains(number) || _lostEpochs.Contains(id.Epoch);

    /// <summary>Reads until it is told to end, cuts its connection now and then and resumes at the other replica.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        using var reader = new SseReader(replicas[0].Address, $"topic={topic}&envelope=true&lastEventId=earliest", takesGzip: seed % 2 == 0);
        while (!end.IsCancellationRequested)
        {
            reader.Address = replicas[(seed + Streams) % replicas.Count].Address;
            Streams++;
            using var left = CancellationTokenSource.CreateLinkedTokenSource(end);
            left.CancelAfter(_random.Next(500, 5_000));
            try
            {
                _hasStarted = true;
                await reader.ReadAsync(Take, cancellationToken: left.Token);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or OperationCanceledException)
            {
                // Cut, or refused for a moment.
            }

            await Task.Delay(_random.Next(200), CancellationToken.None);
        }
    }

    private void Take(SseFrame frame)
    {
        var data = JsonNode.Parse(frame.Data)!;
        if (frame.Type == "gap")
        {
            Gaps++;
            _gap = data;
            if (data["from"] is null && data["to"] is null)
            {
                // Its last event was lost, and with it the place of the event's own id: it is given all that is kept.
                _lostEpochs.Add(Last.Epoch);
                (_last, _gap) = (null, null);
                Numbers.Clear();
            }

            return;
        }

        var number = int.Parse((string)data["data"]!, CultureInfo.InvariantCulture);
        if (!EventId.TryParse((string)data["place"]!, out var id))
        {
            Faults.Add($"{frame.Data} has no place");
            return;
        }

        if (_last is { } last && Check(last, id) is { } fault)
        {
            Faults.Add($"{fault} (number {number} at {id} after {last}, gap {_gap?.ToJsonString() ?? "none"})");
        }

        if (!Numbers.Add(number) && _last is { } previous && previous.Epoch == id.Epoch)
        {
            Faults.Add($"number {number} at {id} twice in one epoch");
        }

        if (_last is { } former && former.Epoch < id.Epoch)
        {
            _lostEpochs.Add(former.Epoch);
        }

        (_last, _gap) = (id, null);
    }

    private string? Check(EventId last, EventId id) =>
        id <= last ? "out of order"
        : id.Epoch == last.Epoch
            ? id.Sequence == last.Sequence + 1
                ? null
                : _gap is null ? "lost in silence"
                : (ulong?)_gap["missed"] == id.Sequence - last.Sequence - 1 ? null
                : "a gap of another size"
        : _gap is null ? "another epoch in silence"
        : _gap["missed"] is null ? null
        : "a gap of a size that nobody can know";
}
