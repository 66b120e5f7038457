namespace SseAspire.Web.Learn;

/// <summary>
/// What browser and server say to each other over one transport while the same four events happen: what the
/// sequence drawings draw. Times are seconds from the drawing's beginning.
/// </summary>
/// <param name="Crossings">What travels, in the order in which it leaves.</param>
/// <param name="Open">While a connection is held.</param>
/// <param name="Waits">From when an event happens to when the browser knows, an event each.</param>
internal sealed record Conversation(
    IReadOnlyList<Crossing> Crossings, IReadOnlyList<Period> Open, IReadOnlyList<Period> Waits)
{
    /// <summary>How long all of it takes.</summary>
    public const double Span = 12;

    /// <summary>From one side to the other: ten times what is usual, so that it can be seen.</summary>
    public const double OneWay = 0.3;

    private const double PollInterval = 2;
    private const double LongPollWait = 4;

    /// <summary>When the events happen; two come close together, and then nothing for a while.</summary>
    public static IReadOnlyList<double> Events { get; } = [1.2, 4.1, 4.5, 9.6];

    /// <summary>When the WebSocket's browser speaks: it may at any time, which no other transport can.</summary>
    private static readonly double[] Said = [2.9, 7.2];

    public int Requests => Crossings.Count(crossing => crossing.Kind is CrossingKind.Request or CrossingKind.Vain);

    /// <summary>Requests that brought nothing.</summary>
    public int InVain => Crossings.Count(crossing => crossing.Kind == CrossingKind.Empty);

    /// <summary>From an event to the browser, on average.</summary>
    public double MeanWait => Waits.Average(wait => wait.To - wait.From);

    /// <summary>A request every two seconds, answered at once with what has happened since.</summary>
    public static Conversation Poll() => Ask((asked, _) => asked + OneWay, (asked, _) => asked + PollInterval);

    /// <summary>A request that is held until something happens or the wait is over; the next one follows at once.</summary>
    public static Conversation LongPoll() => Ask(
        (asked, next) => Math.Clamp(next, asked + OneWay, asked + OneWay + LongPollWait),
        (_, answered) => answered + OneWay);

    /// <summary>One request that turns the connection into a socket; frames both ways from then on.</summary>
    public static Conversation WebSocket()
    {
        var stream = ServerSentEvents();
        var said = Said.Select(at => new Crossing(CrossingKind.Said, at, at + OneWay));
        return stream with { Crossings = [.. stream.Crossings.Concat(said).OrderBy(crossing => crossing.From)] };
    }

    /// <summary>One request, whose response does not end.</summary>
    public static Conversation ServerSentEvents() => new(
        [
            new(CrossingKind.Request, 0, OneWay),
            new(CrossingKind.Opened, OneWay, 2 * OneWay),
            .. Events.Select(at => new Crossing(CrossingKind.Event, at, at + OneWay)),
        ],
        [new(0, Span)],
        [.. Events.Select(at => new Period(at, at + OneWay))]);

    /// <summary>Requests, one after the other.</summary>
    /// <param name="answers">When the server answers one, by when it was sent and when the next event happens.</param>
    /// <param name="asksAgain">When the next one is sent, by when the last one was sent and answered.</param>
    private static Conversation Ask(Func<double, double, double> answers, Func<double, double, double> asksAgain)
    {
        List<Crossing> crossings = [];
        List<Period> open = [];
        List<Period> waits = [];
        for (var asked = 0.0; asked < Span;)
        {
            var next = Events.Skip(waits.Count).FirstOrDefault(double.PositiveInfinity);
            var answered = answers(asked, next);
            if (answered + OneWay > Span)
            {
                // Held beyond the drawing's end.
                crossings.Add(new(CrossingKind.Request, asked, asked + OneWay));
                open.Add(new(asked, Span));
                break;
            }

            var told = Events.Skip(waits.Count).TakeWhile(at => at <= answered).ToList();
            crossings.Add(new(told.Count > 0 ? CrossingKind.Request : CrossingKind.Vain, asked, asked + OneWay));
            crossings.Add(new(told.Count > 0 ? CrossingKind.Event : CrossingKind.Empty, answered, answered + OneWay));
            open.Add(new(asked, answered + OneWay));
            waits.AddRange(told.Select(at => new Period(at, answered + OneWay)));
            asked = asksAgain(asked, answered);
        }

        return new(crossings, open, waits);
    }
}
