using System.Text.Json;
using SseAspire.Web.Hub;

namespace SseAspire.Web.Recover;

/// <summary>
/// An event of a visit: <c>{"number": 17, "at": 1795363132834}</c>. Numbers have no holes, so that a reader that
/// sees one knows exactly what it lost.
/// </summary>
/// <param name="Number">From 1 on.</param>
/// <param name="At">When it happened, Unix milliseconds: it may be published later, when the hub was away.</param>
internal sealed record NumberedEvent(long Number, long At)
{
    public Publication On(string topic) => new(topic, JsonSerializer.Serialize(this, JsonSerializerOptions.Web));
}
