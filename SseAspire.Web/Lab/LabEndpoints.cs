using System.Text.Json;
using SseAspire.Web.Demonstration;
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
            return NeedsDemonstrationAttribute.Refuse(context.HttpContext) is { } problem
                ? ValueTask.FromResult<object?>(Results.Problem(problem))
                : next(context);
        });

        // What a browser compares its own clock to: nothing else may take time here.
        lab.MapGet("/clock", (LabClock clock) => Results.Json(new { now = clock.Now }));

        lab.MapGet("/hub", async ([FromKeyedServices(DemonstrationOptions.Hub)] HubClient hub, CancellationToken cancellationToken) =>
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

        lab.MapGet("/runs/{id}", async (string id, LabRuns runs, [FromKeyedServices(DemonstrationOptions.Hub)] HubClient hub, CancellationToken cancellationToken) =>
            runs.Find(id) is { } run
                ? Results.Json(await LabProgress.OfAsync(run, hub, cancellationToken), JsonSerializerOptions.Web)
                : Results.NotFound());
    }

    private static IResult Away() => Results.Problem("The API does not answer.", statusCode: StatusCodes.Status503ServiceUnavailable);
}
