using System.Text.Json;
using SseAspire.Web.Hub;

namespace SseAspire.Web.Lab;

/// <summary>What the lab's script reads; what it does goes through the page's forms.</summary>
internal static class LabEndpoints
{
    public static void MapLab(this IEndpointRouteBuilder app)
    {
        var lab = app.MapGroup("/compare").AddEndpointFilter((context, next) =>
        {
            context.HttpContext.Response.Headers.CacheControl = "no-store";
            return next(context);
        });

        // What a browser compares its own clock to: nothing else may take time here.
        lab.MapGet("/clock", (LabClock clock) => Results.Json(new { now = clock.Now }));

        lab.MapGet("/hub", async (HubClient hub, CancellationToken cancellationToken) =>
        {
            try
            {
                return Results.Json(new { operations = await hub.ReadMetersAsync(["lab"], cancellationToken) is not null });
            }
            catch (HubUnavailableException)
            {
                return Away();
            }
        });

        lab.MapGet("/runs/{id}", async (string id, LabRuns runs, HubClient hub, CancellationToken cancellationToken) =>
            runs.Find(id) is { } run
                ? Results.Json(await LabProgress.OfAsync(run, hub, cancellationToken), JsonSerializerOptions.Web)
                : Results.NotFound());
    }

    private static IResult Away() => Results.Problem("The API does not answer.", statusCode: StatusCodes.Status503ServiceUnavailable);
}
