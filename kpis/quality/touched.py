"""
The KPIs that several checks touch together.
"""

CLOSING = ("win_rate", "close_rate_pipeline", "close_rate_created")
PIPELINE = ("open_pipeline_amount", "close_rate_pipeline", "pipeline_coverage", "pipeline_velocity")
REVENUE = ("won_revenue", "average_ticket", "roi", "romi", "activity_roi", "net_new_revenue")
CUSTOMERS = ("customer_acquisition_cost", "marketing_cac", "lead_conversion_rate_period", "ltv_to_cac_ratio")
LEADS = ("new_leads", "cost_per_lead", "lead_conversion_rate_cohort", "lead_conversion_rate_period")
QUALIFIED = ("new_qualified_leads", "qualified_lead_rate", "cost_per_qualified_lead", "lead_velocity_rate")
STAGES = ("stage_duration", "stage_age_open", "funnel_stage_conversion_rate", "funnel_drop_off_rate")
RECURRING = ("mrr", "net_new_mrr", "mrr_movements", "arpa", "customer_churn_rate", "gross_mrr_churn_rate")
COSTS = ("cost_per_lead", "customer_acquisition_cost", "marketing_cac", "roi", "romi")
WEB = ("website_visits", "organic_visits", "organic_traffic_share", "website_traffic_growth_rate")
EMAIL = ("email_open_rate", "email_click_through_rate", "email_click_to_open_rate")
TARGETS = ("target_attainment", "relationship_objective_progress", "objectives_on_track_share")
