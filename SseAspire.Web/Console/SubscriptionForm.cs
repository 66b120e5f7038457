using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace SseAspire.Web.Console;

/// <summary>
/// The form of a subscription, from an address or as it was sent: what stands in its fields, wrong or not, and what
/// is wrong with them. Whether the topics are any is the API's to say.
/// </summary>
internal sealed class SubscriptionForm
{
    public const string StartNow = "now";
    public const string StartEarliest = Subscription.Earliest;
    public const string StartHistory = "history";
    public const string StartAfter = "id";

    private static readonly string[] Starts = [StartNow, StartEarliest, StartHistory, StartAfter];

    private static readonly string[] UsualTopics = ["notifications", "status/*"];

    private readonly Dictionary<string, WrongValue> _errors = [];

    /// <summary>Reads the fields by their names; what is not given is as usual.</summary>
    public SubscriptionForm(Func<string, StringValues> valuesOf)
    {
        var topics = valuesOf("topic");
        Topics = topics.Count == 0 ? UsualTopics : TopicLines.Read(topics);
        if (Topics.Count == 0)
        {
            _errors["topic"] = new("js.wrong.topic");
        }

        Transport = One("transport") ?? ConsoleTransport.Sse.Name;
        if (ConsoleTransport.All.FirstOrDefault(transport => transport.Name == Transport) is not { } known)
        {
            _errors["transport"] = new("wrong.transport", string.Join(", ", ConsoleTransport.All.Select(transport => transport.Name)));
            Transport = ConsoleTransport.Sse.Name;
            known = ConsoleTransport.Sse;
        }

        LastEventId = One("lastEventId") ?? "";
        // An address says where to begin as the API's own does, a form by its choice.
        Start = One("start") ?? (LastEventId == StartEarliest ? StartEarliest : LastEventId.Length > 0 ? StartAfter : One("history") is not null ? StartHistory : StartNow);
        if (!Starts.Contains(Start))
        {
            _errors["start"] = new("wrong.start", string.Join(", ", Starts));
            Start = StartNow;
        }

        if (Start == StartEarliest)
        {
            LastEventId = "";
        }
        else if (Start == StartAfter && LastEventId.Length == 0)
        {
            _errors["lastEventId"] = new("js.wrong.id");
        }

        Envelope = Choice("envelope", "true", "false");
        HeartbeatEvent = Choice("heartbeat", "event", "comment");
        Values = new[] { ConsoleNumber.History, ConsoleNumber.Wait, ConsoleNumber.Limit, ConsoleNumber.Interval }.ToDictionary(
            number => number, number => One(number.Name) ?? number.Usual.ToString(CultureInfo.InvariantCulture));
        var numbers = Values.ToDictionary(value => value.Key, value => value.Key.Read(value.Value));
        foreach (var (number, value) in numbers)
        {
            if (value is null && (number != ConsoleNumber.History || Start == StartHistory))
            {
                _errors[number.Name] = new("js.wrong.number", number.Least, number.Most);
            }
        }

        if (_errors.Count == 0)
        {
            Subscription = new Subscription(
                Topics,
                known,
                Start switch { StartEarliest => Subscription.Earliest, StartAfter => LastEventId, _ => null },
                Start == StartHistory ? numbers[ConsoleNumber.History] : null,
                Envelope,
                HeartbeatEvent,
                numbers[ConsoleNumber.Wait]!.Value,
                numbers[ConsoleNumber.Limit]!.Value,
                numbers[ConsoleNumber.Interval]!.Value);
        }

        string? One(string name) => valuesOf(name) is [{ Length: > 0 } value, ..] ? value : null;

        bool Choice(string name, string yes, string no)
        {
            var value = One(name) ?? no;
            if (value != yes && value != no)
            {
                _errors[name] = new("wrong.choice", yes, no);
            }

            return value == yes;
        }
    }

    public IReadOnlyList<string> Topics { get; }

    public string Transport { get; }

    public string Start { get; }

    public string LastEventId { get; }

    public bool Envelope { get; }

    public bool HeartbeatEvent { get; }

    /// <summary>What stands in the fields for numbers.</summary>
    public IReadOnlyDictionary<ConsoleNumber, string> Values { get; }

    /// <summary>What is wrong, by the field's name.</summary>
    public IReadOnlyDictionary<string, WrongValue> Errors => _errors;

    /// <summary>What the form asks for; null where something is wrong.</summary>
    public Subscription? Subscription { get; }

    /// <summary>The fields of an address that opens the same form: those that are not as usual.</summary>
    public IEnumerable<KeyValuePair<string, string>> Address()
    {
        foreach (var topic in Topics)
        {
            yield return new("topic", topic);
        }

        if (Transport != ConsoleTransport.Sse.Name)
        {
            yield return new("transport", Transport);
        }

        if (Start is StartEarliest or StartAfter)
        {
            yield return new("lastEventId", Start == StartEarliest ? Subscription.Earliest : LastEventId);
        }

        if (Envelope)
        {
            yield return new("envelope", "true");
        }

        if (HeartbeatEvent)
        {
            yield return new("heartbeat", "event");
        }

        foreach (var (number, value) in Values)
        {
            if (number == ConsoleNumber.History ? Start == StartHistory : value != number.Usual.ToString(CultureInfo.InvariantCulture))
            {
                yield return new(number.Name, value);
            }
        }
    }
}
