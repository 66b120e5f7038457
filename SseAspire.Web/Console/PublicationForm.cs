using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace SseAspire.Web.Console;

/// <summary>
/// The form of a publication, from an address or as it was sent: what stands in its fields, wrong or not, and what
/// is wrong with them. Whether topics, type and id are any is the API's to say.
/// </summary>
internal sealed class PublicationForm
{
    /// <summary>Before the API's names of the fields: on the page they stand beside a subscription's.</summary>
    public const string Prefix = "publish.";

    public const string Topic = Prefix + "topic";
    public const string Type = Prefix + "type";
    public const string Id = Prefix + "id";
    public const string Retry = Prefix + "retry";
    public const string Data = Prefix + "data";

    /// <summary>The longest data the form takes, in UTF-16 code units, as <c>maxlength</c> counts; far below what the API takes.</summary>
    public const int MaxData = 65_536;

    /// <summary>The longest retry, in milliseconds; the API's bound.</summary>
    public const int MaxRetry = 3_600_000;

    /// <summary>Types that the API refuses: <c>EventSource</c> dispatches its own events under these names.</summary>
    private static readonly string[] EventSourceTypes = ["error", "open"];

    /// <summary>Longer ones are not put into addresses, which have an end.</summary>
    private const int MaxAddress = 2_000;

    private static readonly string[] Names = [Topic, Type, Id, Retry, Data];

    private readonly Dictionary<string, string> _values;
    private readonly Dictionary<string, WrongValue> _errors = [];

    /// <summary>Reads the fields by their names. Where none is given there is something to begin with.</summary>
    public PublicationForm(Func<string, StringValues> valuesOf)
    {
        IsUsual = !Names.Any(name => valuesOf(name).Count > 0);
        // A textarea's lines are sent with CR LF, whatever was typed.
        _values = IsUsual
            ? new() { [Topic] = "notifications", [Type] = "notification", [Id] = "", [Retry] = "", [Data] = """{"text":"Hello","from":"console"}""" }
            : Names.ToDictionary(name => name, name => ((string?)valuesOf(name) ?? "").Replace("\r\n", "\n", StringComparison.Ordinal));
        Topics = IsUsual ? [_values[Topic]] : TopicLines.Read(valuesOf(Topic));
        if (Topics.Count == 0)
        {
            _errors[Topic] = new("js.wrong.topic");
        }

        if (_values[Data].Length > MaxData)
        {
            _errors[Data] = new("wrong.data", MaxData);
        }

        if (EventSourceTypes.Contains(_values[Type]))
        {
            _errors[Type] = new("wrong.type", string.Join(", ", EventSourceTypes));
        }

        if (_values[Retry].Length > 0
            && (!int.TryParse(_values[Retry], NumberStyles.None, CultureInfo.InvariantCulture, out var retry) || retry > MaxRetry))
        {
            _errors[Retry] = new("wrong.retry", MaxRetry);
        }
    }

    public IReadOnlyList<string> Topics { get; }

    /// <summary>Nothing was given.</summary>
    public bool IsUsual { get; }

    /// <summary>What is wrong, by the field's name.</summary>
    public IReadOnlyDictionary<string, WrongValue> Errors => _errors;

    /// <summary>What stands in a field.</summary>
    public string this[string name] => name == Topic ? TopicLines.Write(Topics) : _values[name];

    /// <summary>The publication under the API's names, without the fields that were left blank; null where something is wrong.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Publication =>
        _errors.Count == 0 ? [.. Fields(data: true).Select(pair => KeyValuePair.Create(pair.Key[Prefix.Length..], pair.Value))] : null;

    /// <summary>The fields of an address that opens the same form.</summary>
    public IEnumerable<KeyValuePair<string, string>> Address() =>
        IsUsual || Fields(data: false).Sum(field => field.Value.Length) > MaxAddress ? [] : Fields(data: false);

    /// <param name="data">Whether data that is empty counts: an event has some, be it empty.</param>
    private IEnumerable<KeyValuePair<string, string>> Fields(bool data) =>
        Topics.Select(topic => KeyValuePair.Create(Topic, topic))
            .Concat(Names.Skip(1)
                .Where(name => _values[name].Length > 0 || (data && name == Data))
                .Select(name => KeyValuePair.Create(name, _values[name])));
}
