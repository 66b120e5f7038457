using System.Globalization;
using Microsoft.Playwright;
using SseAspire.Api.Tests;
using SseAspire.Testing.Otlp;
using SseAspire.Web.Tests;

namespace SseAspire.Telemetry.Tests;

/// <summary>One event can be followed from who made it to who has it.</summary>
public sealed class EventTraceTests(WholeSystem whole, Browser browser) : IClassFixture<WholeSystem>
{
    private const int Producer = 4;
    private const int Consumer = 5;

    private OtlpCollector Collector => whole.System.Collector;

    [Fact]
    public async Task One_trace_leads_from_the_producer_over_both_replicas_into_the_browser()
    {
        var page = await browser.NewPageAsync();
        await page.GotoAsync(whole.Web.Address.ToString(), new() { WaitUntil = WaitUntilState.DOMContentLoaded });

        // Not of an event that was there before the page: nobody was given that when it came.
        var received = default(ReceivedSpan);
        await Collector.WaitForAsync("a whole trace that ends in a browser", () => (received = Collector.Spans.FirstOrDefault(span =>
            span.Name == "receive status/host" && OfTrace(span.TraceId).Count() == 4
            && OfTrace(span.TraceId).Any(delivered => delivered.Attributes.GetValueOrDefault("sse.readers") == "1"))) is not null);

        var published = Assert.Single(OfTrace(received!.TraceId), span => span.Name == "publish status/host");
        Assert.Equal(("Producer", "SseAspire.Producer", Producer, ""), (published.Service, published.Source, published.Kind, published.ParentId));
        var delivered = OfTrace(received.TraceId).Where(span => span.Name == "deliver status/host").ToArray();
        Assert.Equal(["a", "b"], delivered.Select(span => span.Instance).Order(StringComparer.Ordinal));
        Assert.All([.. delivered, received], span =>
        {
            Assert.Equal(("Api", "SseAspire.Hub", Consumer, published.SpanId), (span.Service, span.Source, span.Kind, span.ParentId));
            Assert.Equal("status/host", span.Attributes["messaging.destination.name"]);
            Assert.Equal($"{span.Attributes["messaging.operation"]} status/host", span.Name);
            Assert.Equal(received.Attributes["messaging.message.id"], span.Attributes["messaging.message.id"]);
            Assert.InRange(double.Parse(span.Attributes["sse.delay"], CultureInfo.InvariantCulture), 0, 60);
            Assert.True(span.Start <= span.End);
        });
        // The page reads of the first replica.
        Assert.Equal("1", delivered.Single(span => span.Instance == "a").Attributes["sse.readers"]);
        Assert.Equal("0", delivered.Single(span => span.Instance == "b").Attributes["sse.readers"]);
        await Collector.WaitForAsync(
            "the browser's latency", () => Collector.Metrics.Any(metric => metric.Name == "sse.browser.latency" && metric.Count > 0));
    }

    [Fact]
    public async Task What_is_published_over_HTTP_goes_on_in_the_trace_of_who_published_it()
    {
        const string Topic = "traced/over-http";
        var trace = NewTrace();
        await using var first = await OpenStream.OpenAsync(whole.Api.Address, $"topic={Topic}");
        await using var second = await OpenStream.OpenAsync(whole.Api.Address, "topic=traced/*");
        // Both select it for two reasons, which are one reader each.
        await using var third = await OpenStream.OpenAsync(whole.Api.Address, $"topic=traced/**&topic={Topic}");

        await ObservedSystem.PublishAsync(whole.Api, Topic, ["followed"], $"00-{trace}-00f067aa0ba902b7-01");

        await Collector.WaitForAsync("request, publish and two delivers", () => OfTrace(trace).Count() == 4);
        var request = Assert.Single(OfTrace(trace), span => span.ParentId == "00f067aa0ba902b7");
        var published = Assert.Single(OfTrace(trace), span => span.Name == $"publish {Topic}");
        Assert.Equal((request.SpanId, Producer), (published.ParentId, published.Kind));
        var delivered = OfTrace(trace).Where(span => span.Name == $"deliver {Topic}").ToArray();
        Assert.All(delivered, span => Assert.Equal(published.SpanId, span.ParentId));
        Assert.Equal("3", delivered.Single(span => span.Instance == "a").Attributes["sse.readers"]);
    }

    [Fact]
    public async Task What_its_publisher_does_not_sample_is_not_traced_further()
    {
        const string Topic = "traced/unsampled";
        var (unsampled, sampled) = (NewTrace(), NewTrace());

        await ObservedSystem.PublishAsync(whole.Api, Topic, ["not followed"], $"00-{unsampled}-00f067aa0ba902b7-00");
        await ObservedSystem.PublishAsync(whole.Api, Topic, ["followed"], $"00-{sampled}-00f067aa0ba902b7-01");

        await Collector.WaitForAsync("what came later", () => OfTrace(sampled).Count() == 4);
        Assert.Empty(OfTrace(unsampled));
    }

    [Fact]
    public async Task A_flood_does_not_bury_the_traces()
    {
        const string Topic = "traced/flood";
        var trace = NewTrace();

        await ObservedSystem.PublishAsync(whole.Api, Topic, Enumerable.Repeat("drop", 500), $"00-{trace}-00f067aa0ba902b7-01");
        await ObservedSystem.PublishAsync(whole.Api, Topic, Enumerable.Repeat("drop", 500), $"00-{trace}-00f067aa0ba902b7-01");

        await Collector.WaitForAsync("some of it", () => Delivered() >= 2);
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        // Two batches on two replicas, and a second may end in the middle of one.
        Assert.InRange(Delivered(), 2, 8 * WholeSystem.MaxSpansPerSecond);

        int Delivered() => OfTrace(trace).Count(span => span.Name == $"deliver {Topic}");
    }

    [Fact]
    public async Task The_sampler_that_is_set_decides_where_a_trace_begins_and_follows_who_began_it()
    {
        const string Topic = "traced/sampler";
        var api = await whole.System.StartApiAsync(
            "sampler", ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0"), ("Log__Hub", "sampler"));
        var trace = NewTrace();

        await ObservedSystem.PublishAsync(api, Topic, ["a trace that would begin here"]);
        await ObservedSystem.PublishAsync(api, Topic, ["a trace that somebody else began"], $"00-{trace}-00f067aa0ba902b7-01");

        await Collector.WaitForAsync("what somebody else began", () => OfTrace(trace).Count() == 3);
        Assert.All(Collector.Spans.Where(span => span.Instance == "sampler"), span => Assert.Equal(trace, span.TraceId));
    }

    private static string NewTrace() => Guid.NewGuid().ToString("N");

    private IEnumerable<ReceivedSpan> OfTrace(string trace) => Collector.Spans.Where(span => span.TraceId == trace);
}
