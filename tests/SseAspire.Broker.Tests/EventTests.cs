using System.Text;

namespace SseAspire.Broker.Tests;

public sealed class EventTests
{
    private static readonly Event Right = Event.Create("test", "data", DateTimeOffset.UnixEpoch, "type", "id");

    public static TheoryData<string, Event> Wrong
    {
        get
        {
            var wrong = new TheoryData<string, Event>
            {
                { "topic", Right with { Topics = [] } },
                { "topic", Right with { Topics = [.. Enumerable.Repeat("t", Event.MaxTopics + 1)] } },
                { "topic", Right with { Topics = ["right", ""] } },
                { "topic", Right with { Topics = [new string('x', Topic.MaxBytes + 1)] } },
                { "topic", Right with { Topics = [new string('é', (Topic.MaxBytes / 2) + 1)] } },
                { "topic", Right with { Topics = ["*"] } },
                { "topic", Right with { Topics = ["orders/**"] } },
                { "topic", Right with { Topics = ["a/*/b"] } },
                { "topic", Right with { Topics = ["right", string.Join('/', Enumerable.Repeat("a", Topic.MaxLevels + 1))] } },
                { "topic", Right with { Topics = ["lone \ud800 surrogate"] } },
                { "data", Right with { Data = new byte[] { 0x61, 0xff, 0x62 } } },
                { "data", Right with { Data = new byte[] { 0xc3 } } },
                { "data", Right with { Data = new byte[] { 0xed, 0xa0, 0x80 } } },
                { "type", Right with { Type = "" } },
                { "type", Right with { Type = "gap" } },
                { "type", Right with { Type = "heartbeat" } },
                { "type", Right with { Type = "error" } },
                { "type", Right with { Type = "open" } },
                { "type", Right with { Type = new string('x', Event.MaxNameBytes + 1) } },
                { "id", Right with { Id = "" } },
                { "id", Right with { Id = new string('x', Event.MaxNameBytes + 1) } },
                { "id", Right with { Id = "1795363132834-1041" } },
                { "id", Right with { Id = "99999999999999999999999-1" } },
                { "id", Right with { Id = "earliest" } },
                { "id", Right with { Id = " padded" } },
                { "id", Right with { Id = "padded " } },
                { "retry", Right with { Retry = -1 } },
                { "retry", Right with { Retry = Event.MaxRetry + 1 } },
            };
            foreach (var control in "\r\n\0\t\u001b\u007f\u0085")
            {
                wrong.Add("topic", Right with { Topics = [$"a{control}b"] });
                wrong.Add("type", Right with { Type = $"a{control}b" });
                wrong.Add("id", Right with { Id = $"a{control}b" });
            }

            return wrong;
        }
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_event_is_refused_and_the_field_is_named(string field, Event wrong)
    {
        var refused = Assert.Throws<InvalidEventException>(wrong.Validate);

        Assert.Equal(field, refused.Field);
        Assert.StartsWith(field, refused.Message, StringComparison.Ordinal);
        Assert.NotEmpty(refused.Reason);
    }

    public static TheoryData<Event> AtTheLimits =>
    [
        Right,
        Right with { Topics = [.. Enumerable.Repeat("t", Event.MaxTopics)] },
        Right with { Topics = [new string('é', Topic.MaxBytes / 2)] },
        Right with { Topics = [string.Join('/', Enumerable.Repeat("a", Topic.MaxLevels))] },
        Right with { Type = "Error" },
        Right with { Topics = ["/", "a//b", "a*b", "***", "with space", "💡"] },
        Right with { Data = ReadOnlyMemory<byte>.Empty },
        Right with { Data = Encoding.UTF8.GetBytes("\r\n\0💡") },
        Right with { Type = null, Id = null, Retry = null },
        Right with { Type = new string('x', Event.MaxNameBytes), Id = new string('x', Event.MaxNameBytes), Retry = Event.MaxRetry },
        Right with { Id = "order-17", Retry = 0 },
        Right with { Id = "17-" },
    ];

    [Theory]
    [MemberData(nameof(AtTheLimits))]
    public void A_right_event_is_accepted_up_to_the_limits(Event right) => right.Validate();
}
