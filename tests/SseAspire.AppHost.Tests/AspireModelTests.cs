using Aspire.Hosting.ApplicationModel;

namespace SseAspire.AppHost.Tests;

/// <summary>What the AppHost asks of Aspire, on a developer's machine.</summary>
public sealed class AspireModelTests
{
    [Fact]
    public async Task It_draws_broker_producer_API_demonstration_and_front_end_each_waiting_for_what_it_needs()
    {
        await using var model = await AppHostModel.DrawAsync("--Broker=embedded");

        Assert.Equal(["broker", "producer", "api", "demonstration", "web"], model.Parts.Select(resource => resource.Name));
        Assert.Equal(["broker"], model.WaitsFor("producer"));
        Assert.Equal(["broker"], model.WaitsFor("api"));
        Assert.Equal(["broker"], model.WaitsFor("demonstration"));
        Assert.Equal(["api", "demonstration"], model.WaitsFor("web"));
        Assert.All(model.Parts, resource => Assert.NotEmpty(resource.Annotations.OfType<HealthCheckAnnotation>()));
    }

    [Fact]
    public async Task Browsers_reach_the_front_end_at_8080_the_API_at_8081_and_the_demonstration_at_8082()
    {
        await using var model = await AppHostModel.DrawAsync("--Broker=embedded");

        Assert.Equal(8080, model.Endpoint("web", "http").Port);
        Assert.Equal(8081, model.Endpoint("api", "http").Port);
        Assert.True(model.Endpoint("web", "http").IsExternal);
        Assert.Equal(8082, model.Endpoint("demonstration", "http").Port);
        Assert.True(model.Endpoint("api", "http").IsExternal);
        Assert.True(model.Endpoint("demonstration", "http").IsExternal);
        Assert.False(model.Endpoint("producer", "http").IsExternal);
    }

    [Fact]
    public async Task Every_service_is_told_where_the_others_are()
    {
        await using var model = await AppHostModel.DrawAsync("--Broker=embedded");

        var producer = await model.EnvironmentAsync("producer");
        Assert.Matches("^localhost:5001,password=[0-9a-f]{64}$", producer["ConnectionStrings__broker"]);
        Assert.Equal("Development", producer["ASPNETCORE_ENVIRONMENT"]);
        Assert.Equal("true", producer["Operations__Enabled"]);

        var api = await model.EnvironmentAsync("api");
        Assert.Equal(producer["ConnectionStrings__broker"], api["ConnectionStrings__broker"]);
        Assert.Equal("http://localhost:8080", api["Cors__Origins__0"]);
        Assert.Equal("true", api["Operations__Enabled"]);
        Assert.Equal("Development", api["ASPNETCORE_ENVIRONMENT"]);
        Assert.DoesNotContain("Publishing__Key", api.Keys);

        var web = await model.EnvironmentAsync("web");
        Assert.Equal("http://localhost:8081", web["services__api__http__0"]);
        Assert.Equal("http://localhost:8081", web["Api__PublicUrl"]);
        Assert.Equal("Development", web["ASPNETCORE_ENVIRONMENT"]);
        Assert.Equal("http://localhost:8082", web["services__demonstration__http__0"]);
        Assert.Equal("http://localhost:8082", web["Demonstration__PublicUrl"]);
        Assert.Equal("true", web["Demonstration__Enabled"]);
    }

    [Fact]
    public async Task The_demonstration_is_a_hub_with_a_log_of_its_own_in_the_same_broker()
    {
        await using var model = await AppHostModel.DrawAsync("--Broker=embedded");

        var api = await model.EnvironmentAsync("api");
        var demonstration = await model.EnvironmentAsync("demonstration");
        Assert.Equal(api["ConnectionStrings__broker"], demonstration["ConnectionStrings__broker"]);
        Assert.DoesNotContain("Log__Hub", api.Keys);
        Assert.Equal("demonstration", demonstration["Log__Hub"]);
        Assert.Equal("http://localhost:8080", demonstration["Cors__Origins__0"]);
        Assert.Equal("true", demonstration["Operations__Enabled"]);
        Assert.Equal(2, model["demonstration"].GetReplicaCount());
    }

    [Fact]
    public async Task Switched_off_there_is_no_demonstration_and_the_front_end_is_told_so()
    {
        await using var model = await AppHostModel.DrawAsync("--Broker=embedded", "--Demonstration:Enabled=false");

        Assert.Equal(["broker", "producer", "api", "web"], model.Parts.Select(resource => resource.Name));
        var web = await model.EnvironmentAsync("web");
        Assert.Equal("false", web["Demonstration__Enabled"]);
        Assert.DoesNotContain("services__demonstration__http__0", web.Keys);
    }

    [Fact]
    public async Task Under_the_profile_https_browsers_are_sent_to_TLS()
    {
        await using var model = await AppHostModel.DrawAsync("--Broker=embedded", "--DOTNET_LAUNCH_PROFILE=https");

        Assert.Equal(8443, model.Endpoint("web", "https").Port);
        Assert.Equal("https://localhost:8443", (await model.EnvironmentAsync("api"))["Cors__Origins__0"]);
        Assert.Equal("https://localhost:8444", (await model.EnvironmentAsync("web"))["Api__PublicUrl"]);
        Assert.Equal("https://localhost:8445", (await model.EnvironmentAsync("web"))["Demonstration__PublicUrl"]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3, "--Api:Replicas=3")]
    public async Task The_API_runs_twice_or_as_often_as_is_set(int replicas, params string[] settings)
    {
        await using var model = await AppHostModel.DrawAsync(["--Broker=embedded", .. settings]);

        Assert.Equal(replicas, model["api"].GetReplicaCount());
        Assert.Equal(1, model["web"].GetReplicaCount());
    }

    [Fact]
    public async Task The_dashboard_links_say_what_is_behind_them()
    {
        await using var model = await AppHostModel.DrawAsync("--Broker=embedded");

        Assert.Equal(
            [("Front end", "http://localhost:8080/")],
            (await model.LinksAsync("web")).Select(link => (link.DisplayText, link.Url)));
        Assert.Equal(
            [("Statistics", "http://localhost:8081/stats"), ("OpenAPI document", "http://localhost:8081/openapi/v1.json")],
            (await model.LinksAsync("api")).Select(link => (link.DisplayText, link.Url)));
        Assert.Equal(
            [("Statistics", "http://localhost:8082/stats")],
            (await model.LinksAsync("demonstration")).Select(link => (link.DisplayText, link.Url)));
    }

    [Theory]
    [InlineData("producer", "Liveness /alive")]
    [InlineData("api", "Readiness /health", "Liveness /alive")]
    [InlineData("demonstration", "Readiness /health", "Liveness /alive")]
    [InlineData("web", "Readiness /health", "Liveness /alive")]
    public async Task Published_each_service_tells_the_platform_what_to_ask_it(string name, params string[] probes)
    {
        await using var model = await AppHostModel.DrawAsync("--publisher=manifest", "--output-path=unused", "--Demonstration:Enabled=true");

#pragma warning disable ASPIREPROBES001
        Assert.Equal(probes, model[name].Annotations.OfType<EndpointProbeAnnotation>().Select(probe => $"{probe.Type} {probe.Path}"));
#pragma warning restore ASPIREPROBES001
    }

    [Fact]
    public async Task The_dashboard_offers_the_operations_each_after_a_confirmation()
    {
        await using var model = await AppHostModel.DrawAsync("--Broker=embedded");

        Assert.All(["api", "demonstration"], hub => Assert.Equal(
            [("drop", "Drop all streams"), ("drain", "Drain")], model.Commands(hub).Select(command => (command.Name, command.DisplayName))));
        Assert.Equal(
            [("burst", "Burst of 1,000"), ("pause", "Pause"), ("resume", "Resume")],
            model.Commands("producer").Select(command => (command.Name, command.DisplayName)));
        Assert.All([.. model.Commands("api"), .. model.Commands("producer")], command =>
        {
            Assert.EndsWith("?", command.ConfirmationMessage, StringComparison.Ordinal);
            Assert.NotEmpty(command.DisplayDescription!);
            Assert.NotEmpty(command.IconName!);
        });
    }

    [Theory]
    [InlineData("api", "drop", """{"replicas":2,"answered":2,"dropped":17}""", "2 replicas dropped 17 streams in all.")]
    [InlineData("api", "drop", """{"replicas":2,"answered":1,"dropped":8}""", "1 of 2 replicas answered in time and dropped 8 streams.")]
    [InlineData("api", "drain", """{"replica":"tea:1","streams":3,"seconds":20}""", "Replica tea:1 closes 3 streams over 20 s, then starts again.")]
    [InlineData("api", "drain", """{"replica":"tea:1","streams":1,"seconds":1}""", "Replica tea:1 closes 1 stream over 1 s, then starts again.")]
    [InlineData("producer", "burst", """{"events":1000,"seconds":0.0421}""", "1000 events were appended in 0.042 s.")]
    [InlineData("producer", "pause", """{"state":"paused","since":"2026-01-02T03:04:05Z"}""", "The sources are paused since 03:04:05 UTC.")]
    [InlineData("producer", "resume", """{"state":"running"}""", "The sources are running.")]
    public async Task A_command_posts_to_its_operation_and_says_what_that_has_done(string part, string command, string answer, string said)
    {
        await using var service = new AnsweringService(answer);
        await using var model = await AppHostModel.DrawAsync("--Broker=embedded");

        var result = await model.ExecuteAsync(part, command, service.Port, service.Port);

        Assert.Equal($"POST /operations/{command}", service.Asked);
        Assert.Equal((true, said), (result.Success, result.Message));
        Assert.Equal((said, true), (result.Data!.Value, result.Data.DisplayImmediately));
    }

    [Fact]
    public async Task Drain_asks_the_replica_whose_command_it_is_and_not_any()
    {
        await using var replica = new AnsweringService("""{"replica":"tea:1","streams":0,"seconds":0}""");
        await using var any = new AnsweringService("{}");
        await using var model = await AppHostModel.DrawAsync("--Broker=embedded");

        var result = await model.ExecuteAsync("api", "drain", any.Port, replica.Port);

        Assert.True(result.Success);
        Assert.Equal(("POST /operations/drain", null), (replica.Asked, any.Asked));
    }

    [Fact]
    public async Task A_command_that_fails_says_what_was_answered()
    {
        await using var service = new AnsweringService("""{"title":"The event log is away."}""", 503);
        await using var model = await AppHostModel.DrawAsync("--Broker=embedded");

        var result = await model.ExecuteAsync("api", "drop", service.Port, service.Port);

        Assert.False(result.Success);
        Assert.Equal("""The service answered 503: {"title":"The event log is away."}""", result.Message);
    }

    [Fact]
    public async Task The_setting_chooses_a_container()
    {
        await using var model = await AppHostModel.DrawAsync("--Broker=container");

        Assert.IsType<RedisResource>(model["broker"]);
        Assert.DoesNotContain("Api__LogInMemory", (await model.EnvironmentAsync("web")).Keys);
    }

    [Fact]
    public async Task A_container_keeps_its_log_over_restarts_of_the_AppHost()
    {
        await using var model = await AppHostModel.DrawAsync("--Broker=container");

        var broker = model["broker"];
        Assert.Equal(ContainerLifetime.Persistent, broker.Annotations.OfType<ContainerLifetimeAnnotation>().Single().Lifetime);
        var volume = Assert.Single(broker.Annotations.OfType<ContainerMountAnnotation>());
        Assert.Equal((ContainerMountType.Volume, "/data"), (volume.Type, volume.Target));
        // Named after the AppHost's folder: two clones must not write into one volume.
        Assert.NotEqual("broker-data", volume.Source);
    }

    [Fact]
    public async Task Without_a_container_engine_the_broker_is_the_embedded_one()
    {
        await using var model = await AppHostModel.DrawAsync("--ASPIRE_CONTAINER_RUNTIME=no-such-engine");

        Assert.IsType<EmbeddedBrokerResource>(model["broker"]);
    }

    [Fact]
    public async Task A_Redis_that_runs_already_is_used()
    {
        await using var model = await AppHostModel.DrawAsync("--ConnectionStrings:broker=redis.example:6379");

        Assert.IsNotType<EmbeddedBrokerResource>(model["broker"]);
        Assert.Equal("redis.example:6379", (await model.EnvironmentAsync("api"))["ConnectionStrings__broker"]);
    }
}
