using SseAspire.Testing.Otlp;

namespace SseAspire.Telemetry.Tests;

/// <summary>What a collector gets to see of streams: when they are opened and closed, and not a span for hours.</summary>
[Collection(nameof(KnownScenario))]
public sealed class StreamTests(KnownScenario scenario)
{
    private IEnumerable<ReceivedSpan> Spans => scenario.Collector.Spans.Where(span => span.Service == "Api");

    [Fact]
    public void Every_stream_is_seen_when_it_opens_and_when_it_closes()
    {
        var opened = Spans.Where(span => span.Name == "open stream").ToDictionary(span => span.SpanId);
        var closed = Spans.Where(span => span.Name == "close stream").ToArray();

        Assert.Equal(10, opened.Count);
        Assert.Equal(10, closed.Length);
        Assert.Equal(
            ["client", "client", "client", "drain", "dropped", "dropped", "dropped", "dropped", "dropped", "slow"],
            closed.Select(span => span.Attributes["sse.reason"]).Order(StringComparer.Ordinal));
        Assert.All(closed, span =>
        {
            var opening = opened[Assert.Single(span.Links)];
            Assert.All(
                (string[])["sse.connection.id", "sse.transport", "sse.topics"],
                attribute => Assert.Equal(opening.Attributes[attribute], span.Attributes[attribute]));
            Assert.True(opening.End <= span.Start, "it closed before it was open");
        });
        Assert.Single(opened.Values, span => span.Attributes["sse.transport"] == "websocket");
        // The three that went on from somewhere.
        Assert.Equal(3, opened.Values.Count(span => span.Attributes.ContainsKey("sse.resumed_from")));
        Assert.Single(opened.Values, span => span.Attributes.GetValueOrDefault("sse.resumed_from") == "nobody-knows");
    }

    [Fact]
    public void Every_stream_has_a_trace_of_its_own_and_nothing_else_is_in_it()
    {
        var own = Spans.Where(span => span.Name is "open stream" or "close stream").ToArray();

        Assert.All(own, span => Assert.Equal("", span.ParentId));
        Assert.Equal(own.Length, own.Select(span => span.TraceId).Distinct().Count());
        Assert.All(own, span => Assert.Single(Spans, other => other.TraceId == span.TraceId));
    }

    [Fact]
    public void No_request_that_is_held_leaves_a_span()
    {
        var requests = Spans.Where(span => span.Kind == 2 && span.Attributes.ContainsKey("url.path"))
            .Select(span => $"{span.Attributes["http.request.method"]} {span.Attributes["url.path"]}")
            .ToHashSet();

        Assert.Contains("POST /events", requests);
        Assert.Contains("GET /events/poll", requests);
        Assert.Equal([], requests.Intersect(["GET /events", "GET /events/websocket", "GET /events/long-poll", "POST /events/receipts", "GET /health"]));
    }

    [Fact]
    public void Opening_and_closing_are_told_in_the_log_as_part_of_their_spans()
    {
        var logs = scenario.Collector.Logs.Where(log => log.Event is "StreamOpened" or "StreamClosed").ToArray();

        Assert.Equal(10, logs.Count(log => log.Event == "StreamOpened"));
        Assert.Equal(10, logs.Count(log => log.Event == "StreamClosed"));
        Assert.All(logs, log =>
        {
            var span = Assert.Single(Spans, span => span.SpanId == log.SpanId);
            Assert.Equal(span.Attributes["sse.connection.id"], log.Attributes["Connection"]);
            Assert.Equal(span.Attributes["sse.transport"], log.Attributes["Transport"]);
            Assert.Equal(span.Attributes["sse.topics"], log.Attributes["Topics"]);
            Assert.Equal(span.Attributes.GetValueOrDefault("sse.reason"), log.Attributes.GetValueOrDefault("Reason"));
        });
        Assert.Contains(logs, log => log.Attributes.GetValueOrDefault("ResumedFrom") == "earliest");
    }
}
