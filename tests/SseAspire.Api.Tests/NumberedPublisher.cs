using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>
/// Publishes events that carry 0, 1, 2, … over HTTP, each exactly once: where an answer stays out it asks the
/// hub which number was the last to arrive, and goes on after it.
/// </summary>
internal sealed class NumberedPublisher(string topic, Func<ServiceProcess> api, string padding = "")
{
    private const int Batch = 10;

    /// <summary>How many numbers are in the log.</summary>
    public int Published { get; private set; }

    /// <summary>How often an answer stayed out.</summary>
    public int Failures { get; private set; }

    /// <summary>Publishes up to a total, at a rate of so many a second.</summary>
    public async Task RunAsync(int total, int rate, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds((double)Batch / rate));
        while (Published < total)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            var numbers = Enumerable.Range(Published, Math.Min(Batch, total - Published)).ToArray();
            if (await TryPublishAsync(numbers, cancellationToken))
            {
                Published += numbers.Length;
            }
            else
            {
                Failures++;
                Published = await AskLastAsync(cancellationToken) + 1;
            }
        }
    }

    private async Task<bool> TryPublishAsync(int[] numbers, CancellationToken cancellationToken)
    {
        try
        {
            var events = numbers.Select(number => new { topic, data = string.Create(CultureInfo.InvariantCulture, $"{number}{padding}") });
            using var answer = await api().Client.PostAsJsonAsync("/events", events, cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return false;
        }
    }

    private async Task<int> AskLastAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using var health = await api().Client.GetAsync("/health", cancellationToken);
                health.EnsureSuccessStatusCode();
                var page = await api().Client.GetFromJsonAsync<JsonNode>($"/events/poll?topic={topic}&history=1", cancellationToken);
                return page!["events"]!.AsArray() is [var last] ? int.Parse(((string)last!["data"]!).Split(' ')[0], CultureInfo.InvariantCulture) : -1;
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }
}
