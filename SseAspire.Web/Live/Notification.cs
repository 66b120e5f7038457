using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SseAspire.Web.Live;

/// <summary>
/// What a person tells everybody: the JSON <c>{"text": …, "from"?: …}</c> from the form, or plain text
/// from a publisher that knows nothing of that (<c>curl -d topic=notifications -d data=Hello</c>).
/// </summary>
internal sealed record Notification(string Text, string? From)
{
    /// <summary>The longest text the form takes, in UTF-16 code units, as <c>maxlength</c> counts.</summary>
    public const int MaxText = 280;

    /// <summary>The longest name the form takes.</summary>
    public const int MaxFrom = 40;

    /// <summary>The longest text that a page shows, of a publisher other than the form.</summary>
    private const int MaxShown = 500;

    /// <summary>Whether the text is the beginning of a longer one.</summary>
    [JsonIgnore]
    public bool IsShortened { get; private init; }

    /// <summary>Reads an event's data; never fails, since anybody may publish anything there.</summary>
    public static Notification Read(string data)
    {
        if (data.StartsWith('{'))
        {
            try
            {
                var own = JsonSerializer.Deserialize<Notification>(data, JsonSerializerOptions.Web);
                if (own?.Text is { Length: > 0 })
                {
                    return own;
                }
            }
            catch (JsonException)
            {
                // Not ours, so it is text that happens to begin like JSON.
            }
        }

        return new Notification(data, null);
    }

    /// <summary>The notification as a page shows it.</summary>
    public Notification Shortened() =>
        new(ShortText.Of(Text, MaxShown)!, ShortText.Of(From, MaxShown)) { IsShortened = Text.Length > MaxShown };

    /// <summary>The event's data.</summary>
    public string Write() => JsonSerializer.Serialize(this, NotificationJson.Default.Notification);
}

/// <summary>What a visitor typed. The error messages are keys of <c>LiveTexts</c>.</summary>
public sealed class NotificationInput
{
    /// <summary>What to tell everybody.</summary>
    [Required(ErrorMessage = "notifications.text.missing")]
    [StringLength(Notification.MaxText, ErrorMessage = "notifications.text.long")]
    public string? Text { get; set; }

    /// <summary>Who says it, where the visitor gives a name.</summary>
    [StringLength(Notification.MaxFrom, ErrorMessage = "notifications.from.long")]
    public string? From { get; set; }
}
