using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SseAspire.ServiceDefaults;

/// <summary>
/// A health report as JSON: <c>{status, checks: {name: {status, description?, since?}}}</c>, so that an
/// operator reads what is wrong and not only that something is. <c>since</c> is a time in UTC (RFC 3339).
/// </summary>
public static class HealthReportBody
{
    private const string SinceKey = "since";

    /// <summary>A result that says since when it is so.</summary>
    public static HealthCheckResult Since(HealthStatus status, string description, DateTimeOffset since) =>
        new(status, description, data: new Dictionary<string, object> { [SinceKey] = since });

    internal static async Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status", report.Status.ToString());
        json.WriteStartObject("checks");
        foreach (var (name, entry) in report.Entries)
        {
            json.WriteStartObject(name);
            json.WriteString("status", entry.Status.ToString());
            // Never the exception: it may carry addresses and credentials.
            if (entry.Description is { } description)
            {
                json.WriteString("description", description);
            }

            if (entry.Data.TryGetValue(SinceKey, out var since) && since is DateTimeOffset time)
            {
                json.WriteString(SinceKey, time.UtcDateTime);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }
}
