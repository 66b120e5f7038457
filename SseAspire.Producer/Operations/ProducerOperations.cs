using SseAspire.ServiceDefaults;

namespace SseAspire.Producer.Operations;

/// <summary>What an operator may have the producer do, where that is switched on.</summary>
internal static class ProducerOperations
{
    public static IHostApplicationBuilder AddOperations(this IHostApplicationBuilder builder)
    {
        OperationsOptions.Register(builder.Services, builder.Environment);
        builder.Services.AddSingleton<Pause>();
        builder.Services.AddSingleton<Burst>();
        builder.Services.AddHealthChecks().AddCheck<Pause>("sources");
        return builder;
    }

    public static void MapOperations(this WebApplication app)
    {
        var operations = OperationsOptions.Of(app.Configuration);
        if (operations.Enabled)
        {
            app.MapPost("/operations/burst", (HttpRequest request, Burst burst) => burst.ServeAsync(request)).RequireKey(OperationsOptions.KeySetting, operations.Key);
            app.MapPost("/operations/pause", (Pause pause) => pause.Begin()).RequireKey(OperationsOptions.KeySetting, operations.Key);
            app.MapPost("/operations/resume", (Pause pause) => pause.End()).RequireKey(OperationsOptions.KeySetting, operations.Key);
        }
    }
}
